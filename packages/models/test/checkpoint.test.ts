import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { toFloat32 } from '@lab/engine';
import { openCheckpoint } from '../src/checkpoint/open.ts';
import { writeTensors } from '../src/checkpoint/write.ts';
import { isSavable, models } from '../src/index.ts';
import { CASES, fixtureFolder, openCase } from './parity.ts';

const temporary = (): string => mkdtempSync(join(tmpdir(), 'checkpoint-'));

/** A copy of a fixture that a test may spoil. */
const copyOf = (name: string): string => {
  const folder = temporary();
  cpSync(fixtureFolder(name), folder, { recursive: true });
  return folder;
};

const open = (name: string, folder: string, options: object = {}) =>
  models.build(models.parse({ name, ...options }), { weights: folder });

/** Edits one entry of a safetensors header in place. */
const editHeader = (
  file: string,
  edit: (header: { [name: string]: { dtype: string; shape: number[] } }) => void,
): void => {
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as {
    [name: string]: { dtype: string; shape: number[] };
  };
  edit(header);
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(file, Buffer.concat([head, json, bytes.subarray(8 + length)]));
};

describe('number types', () => {
  it('reads halves: ordinary, smallest, largest, infinite and not a number', () => {
    // Bit patterns and values from IEEE 754 binary16.
    const bits = [0x3c00, 0xc000, 0x3555, 0x0001, 0x0400, 0x7bff, 0x7c00, 0xfc00, 0x8000];
    const bytes = new Uint8Array(Uint16Array.from(bits).buffer);
    const values = [1, -2, 0.333251953125, 2 ** -24, 2 ** -14, 65504, Infinity, -Infinity, -0];
    expect([...toFloat32(bytes, 'F16')]).toEqual(values);
    expect(toFloat32(new Uint8Array(Uint16Array.of(0x7e00).buffer), 'F16')[0]).toBeNaN();
  });

  it('reads bfloat16 as the upper half of a float32, negative numbers too', () => {
    const bytes = new Uint8Array(Uint16Array.of(0x3f80, 0xc0a0, 0x3e20).buffer);
    expect([...toFloat32(bytes, 'BF16')]).toEqual([1, -5, 0.15625]);
  });

  it('reads float32 from any place in a buffer', () => {
    const shifted = new Uint8Array(9);
    shifted.set(new Uint8Array(Float32Array.of(1.5, -2.25).buffer), 1);
    expect([...toFloat32(shifted.subarray(1), 'F32')]).toEqual([1.5, -2.25]);
  });
});

describe('writing', () => {
  it('gives a file that both readers understand', async () => {
    const folder = temporary();
    const file = join(folder, 'model.safetensors');
    writeTensors(file, [
      { name: 'b', shape: [2, 2], make: () => Float32Array.of(1, 2, 3, 4) },
      { name: 'a', shape: [1], make: () => Float32Array.of(-7) },
    ]);
    const { tensors, metadata } = readSafetensors(readFileSync(file));
    expect(metadata).toEqual({ format: 'pt' });
    expect([...tensors['b']!.data]).toEqual([1, 2, 3, 4]);
    const checkpoint = await openCheckpoint(folder);
    expect([...(await checkpoint.read('a'))]).toEqual([-7]);
    expect(checkpoint.shapeOf('b')).toEqual([2, 2]);
  });

  it.each(
    CASES.filter(({ folder }) => ['roberta-regression', 'gpt2-tied', 'opt-post-norm', 'bert-bare'].includes(folder)),
  )('saves $folder so that it opens with the same weights', async (one) => {
    const model = await openCase(one);
    if (!isSavable(model)) throw new Error('not savable');
    const folder = temporary();
    const weights = await model.weights();
    await model.save(folder, weights);
    const before = await openCheckpoint(fixtureFolder(one.folder));
    const after = await openCheckpoint(folder);
    expect([...after.names].sort()).toEqual([...before.names].sort());
    for (const name of before.names) {
      expect(after.shapeOf(name), name).toEqual(before.shapeOf(name));
      expect(await after.read(name), name).toEqual(await before.read(name));
    }
    const again = await open(one.family, folder, { pooling: one.pooling });
    expect(Object.keys(await again.weights()).length).toBeGreaterThan(0);
  });
});

describe('bad input', () => {
  it('a folder without the files', async () => {
    const folder = temporary();
    await expect(open('bert', folder)).rejects.toThrow(`cannot read ${join(folder, 'config.json')}`);
    cpSync(join(fixtureFolder('bert-pooler'), 'config.json'), join(folder, 'config.json'));
    await expect(open('bert', folder)).rejects.toThrow(`no such file: ${join(folder, 'model.safetensors')}`);
  });

  it('a checkpoint of pickled tensors says how to convert it', async () => {
    const folder = copyOf('bert-bare');
    rmSync(join(folder, 'model.safetensors'));
    writeFileSync(join(folder, 'pytorch_model.bin'), 'anything');
    await expect(open('bert', folder)).rejects.toThrow(
      /pytorch_model\.bin is a pickle and is not read; convert it once in Python: .*save_pretrained/,
    );
  });

  it('another architecture', async () => {
    const folder = fixtureFolder('gpt2-tied');
    await expect(open('bert', folder)).rejects.toThrow(
      `${join(folder, 'config.json')}: key "model_type" is "gpt2"; the model bert needs "bert"`,
    );
  });

  it('a configuration that is not computed here, with its key', async () => {
    const folder = copyOf('deberta-v3');
    const file = join(folder, 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...config, conv_kernel_size: 3 }));
    await expect(open('deberta-v2', folder)).rejects.toThrow(
      `${file}: key "conv_kernel_size" is 3; allowed: 0 (no convolution)`,
    );
    writeFileSync(file, JSON.stringify({ ...config, hidden_act: 'mish' }));
    await expect(open('deberta-v2', folder)).rejects.toThrow(/key "hidden_act": .*"gelu"/);
  });

  it('a rotary scaling that is not known', async () => {
    const folder = copyOf('llama-linear');
    const file = join(folder, 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...config, rope_parameters: { rope_type: 'yarn', rope_theta: 1e4 } }));
    await expect(open('llama', folder)).rejects.toThrow('key "rope_type" is "yarn"; allowed: default, linear, llama3');
  });

  it('a file that ends early, in its tensors and in its header', async () => {
    const folder = copyOf('bert-pooler');
    const file = join(folder, 'model.safetensors');
    const size = readFileSync(file).length;
    truncateSync(file, size - 8);
    await expect(open('bert', folder)).rejects.toThrow(
      new RegExp(`is cut off: tensor \\S+ ends at byte ${size} of ${size - 8}`),
    );
    truncateSync(file, 100);
    await expect(open('bert', folder)).rejects.toThrow(
      `${file}: is not a safetensors file, or is cut off in its header`,
    );
  });

  it('a shard that is not there, and one without its tensor', async () => {
    const folder = copyOf('roberta-regression');
    const index = join(folder, 'model.safetensors.index.json');
    const { weight_map, ...rest } = JSON.parse(readFileSync(index, 'utf8')) as {
      weight_map: { [name: string]: string };
    };
    writeFileSync(
      index,
      JSON.stringify({ ...rest, weight_map: { ...weight_map, ghost: 'model-00001-of-00003.safetensors' } }),
    );
    await expect(open('roberta', folder)).rejects.toThrow(
      'tensor ghost, which model.safetensors.index.json names, is missing',
    );
    rmSync(join(folder, 'model-00002-of-00003.safetensors'));
    await expect(open('roberta', folder)).rejects.toThrow(
      `cannot read ${join(folder, 'model-00002-of-00003.safetensors')}`,
    );
  });

  it('a missing tensor, and one that does not fit, with both shapes', async () => {
    const folder = copyOf('bert-pooler');
    const file = join(folder, 'model.safetensors');
    const name = 'bert.encoder.layer.1.attention.self.query.weight';
    editHeader(file, (header) => {
      header[name]!.shape = [18, 8];
    });
    await expect(open('bert', folder)).rejects.toThrow(
      `${folder}: tensor ${name} has shape [18, 8]; config.json asks for [12, 12]`,
    );
    editHeader(file, (header) => {
      header['elsewhere'] = header[name]!;
      Reflect.deleteProperty(header, name);
    });
    await expect(open('bert', folder)).rejects.toThrow(`${folder}: tensor ${name} is missing`);
  });

  it('a pooling whose layer the checkpoint lacks', async () => {
    await expect(open('bert', fixtureFolder('bert-qa'))).rejects.toThrow(
      /tensor bert\.pooler\.dense\.weight is missing; choose another "pooling"/,
    );
  });

  it('a number type that is not read', async () => {
    const folder = copyOf('bert-pooler');
    editHeader(join(folder, 'model.safetensors'), (header) => {
      header['bert.pooler.dense.bias']!.dtype = 'I32';
    });
    const model = await open('bert', folder);
    await expect(model.weights()).rejects.toThrow(
      'tensor bert.pooler.dense.bias has type I32; allowed: F32, F16, BF16',
    );
  });

  it('no folder at all', async () => {
    await expect(models.build(models.parse({ name: 'bert' }), {})).rejects.toThrow(
      'model "bert": name a folder with config.json',
    );
    await expect(models.build(models.parse({ name: 'roberta-large' }), {})).rejects.toThrow(
      'downloads are off; name a folder with the files of FacebookAI/roberta-large',
    );
  });

  it('a text where there is no tokenizer', async () => {
    const folder = fixtureFolder('bert-pooler');
    const model = await open('bert', folder);
    expect(() => model.tokenize('text')).toThrow(`no such file: ${join(folder, 'tokenizer.json')}`);
  });
});

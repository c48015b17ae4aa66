import { describe, expect, it } from 'vitest';
import { incompleteBeta, logGamma, normalCdf, normalQuantile, studentCdf, studentQuantile } from '../src/index.ts';

describe('distributions', () => {
  it('agree with printed tables', () => {
    // R: qt(.975, c(2, 7, 29)); qnorm(.975); pnorm(-6); lgamma(.5); pbeta(.3, 2, 5); pt(2, 5)
    expect(studentQuantile(0.975, 2)).toBeCloseTo(4.302652729911275, 9);
    expect(studentQuantile(0.975, 7)).toBeCloseTo(2.364624251592785, 9);
    expect(studentQuantile(0.975, 29)).toBeCloseTo(2.045229642132703, 9);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10);
    expect(normalCdf(-6) / 9.865876450376946e-10).toBeCloseTo(1, 9);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 11);
    expect(incompleteBeta(2, 5, 0.3)).toBeCloseTo(0.579825, 10);
    expect(studentCdf(2, 5)).toBeCloseTo(0.9490302605850709, 10);
  });
});

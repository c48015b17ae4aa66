import { readFileSync } from 'node:fs';
import { h, type Html, raw } from './html.ts';

const styleSheet = (name: string): string => readFileSync(new URL(`./style/${name}.css`, import.meta.url), 'utf8');

/** A whole page: what it may load, its style sheets by name, and its body. */
export const documentHtml = ({
  title,
  policy,
  styles,
  body,
}: {
  readonly title: string;
  readonly policy: string;
  readonly styles: readonly string[];
  readonly body: Html;
}): string =>
  h`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<title>${title}</title>
<style>${raw(styles.map(styleSheet).join(''))}</style>
</head>
<body>
${body}
</body>
</html>
`.html;

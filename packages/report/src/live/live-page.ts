import { readFileSync } from 'node:fs';
import { clientScript } from '../page/client-script.ts';
import { h, raw } from '../page/html.ts';

const style = (name: string): string => readFileSync(new URL(`../page/style/${name}.css`, import.meta.url), 'utf8');

const livePolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";

/** The page that shows runs while they go on; its script asks the server how far they are. */
export const livePage = (): string =>
  h`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${raw(livePolicy)}">
<title>Runs</title>
<style>${raw(['theme', 'base', 'parts', 'live'].map(style).join(''))}</style>
</head>
<body>
<header><h1 id="title">Runs</h1>
<p class="tools"><button type="button" id="theme">Dark or light</button> <a href="report">Report of what is done</a></p>
</header>
<main id="main">
<div id="whole"></div>
<h2>Running</h2>
<div id="running"></div>
<h2>Arms</h2>
<div id="arms"></div>
</main>
<script>${raw(clientScript('live'))}</script>
</body>
</html>
`.html;

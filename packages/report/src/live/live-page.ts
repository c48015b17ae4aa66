import { clientScript } from '../page/client-script.ts';
import { documentHtml } from '../page/document.ts';
import { h, raw } from '../page/html.ts';

const livePolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";

/** The page that shows runs while they go on; its script asks the server how far they are. */
export const livePage = (): string =>
  documentHtml({
    title: 'Runs',
    policy: livePolicy,
    styles: ['theme', 'base', 'parts', 'live'],
    body: h`<header><h1 id="title">Runs</h1>
<p class="tools"><button type="button" id="theme">Dark or light</button> <a href="report">Report of what is done</a></p>
</header>
<main id="main">
<div id="whole"></div>
<h2>Running</h2>
<div id="running"></div>
<h2>Arms</h2>
<div id="arms"></div>
</main>
<script>${raw(clientScript('live'))}</script>`,
  });

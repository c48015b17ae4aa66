'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const make = (tag, text, attributes = {}) => {
    const element = document.createElement(tag);
    if (text !== undefined && text !== null) element.textContent = String(text);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  // --- theme -------------------------------------------------------------------------------------------------------
  const root = document.documentElement;
  const media = window.matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : media.matches);
  // Inks and rules change sides; the colours of the data stay, apart from black lines.
  const night = {
    '#000000': '#F4F4F4',
    '#222222': '#E6E8EA',
    '#6B6B6B': '#A4AAB2',
    '#DDDDDD': '#3A4048',
    '#11395C': '#8FB7DC',
    '#0072B2': '#4BA3DB',
  };
  const themed = (spec) => {
    if (!isDark()) return structuredClone(spec);
    const text = JSON.stringify(spec).replace(
      /#(?:000000|222222|6B6B6B|DDDDDD|11395C|0072B2)\b/gi,
      (c) => night[c.toUpperCase()],
    );
    return { ...JSON.parse(text), background: 'transparent' };
  };

  // --- plots -------------------------------------------------------------------------------------------------------
  const tooltip = document.getElementById('tooltip');
  const showTooltip = (_handler, event, _item, value) => {
    if (value === null || value === undefined || value === '') {
      tooltip.hidden = true;
      return;
    }
    const lines = typeof value === 'object' ? Object.entries(value).map(([k, v]) => `${k}: ${v}`) : [String(value)];
    tooltip.replaceChildren(...lines.map((line) => make('div', line)));
    tooltip.hidden = false;
    const left = Math.min(event.pageX + 12, window.scrollX + root.clientWidth - tooltip.offsetWidth - 8);
    tooltip.style.left = `${left}px`;
    tooltip.style.top = `${event.pageY + 14}px`;
  };
  const views = new Map();
  const draw = async (element, spec, rows) => {
    views.get(element)?.finalize();
    const view = new vega.View(vega.parse(themed(spec)), { renderer: 'svg', hover: true, logLevel: vega.Error });
    if (rows) view.data('curve', rows);
    views.set(element, view);
    const live = make('div', null, { class: 'live', 'aria-hidden': 'true' });
    await view.tooltip(showTooltip).initialize(live).runAsync();
    element.querySelector('.live')?.remove();
    element.append(live);
    element.dataset.live = 'yes';
  };
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting || views.has(target)) continue;
        void draw(target, data.figures[target.dataset.figure]);
      }
    },
    { rootMargin: '300px' },
  );
  document.querySelectorAll('.plot').forEach((plot) => seen.observe(plot));
  const redraw = () => {
    for (const element of [...views.keys()])
      if (element.dataset.figure) void draw(element, data.figures[element.dataset.figure]);
  };
  document.getElementById('theme').addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    redraw();
  });
  media.addEventListener('change', redraw);
  // What is folded on a screen is printed.
  window.addEventListener('beforeprint', () =>
    document.querySelectorAll('details.more').forEach((d) => (d.open = true)),
  );

  // --- tables ------------------------------------------------------------------------------------------------------
  const matches = (text, words) => words.every((word) => text.includes(word));
  const wordsOf = (input) => input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const compare = (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    if (typeof a === 'number') return -1;
    if (typeof b === 'number') return 1;
    return a < b ? -1 : a > b ? 1 : 0;
  };
  const nextOrder = (head) => {
    const order = head.getAttribute('aria-sort') === 'ascending' ? 'descending' : 'ascending';
    head.parentElement.querySelectorAll('th').forEach((th) => th.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', order);
    return order === 'ascending' ? 1 : -1;
  };
  document.querySelectorAll('section.table').forEach((section) => {
    const body = section.querySelector('tbody');
    const rows = [...body.rows];
    const input = section.querySelector('input');
    const count = section.querySelector('.count');
    input.addEventListener('input', () => {
      const words = wordsOf(input);
      let shown = 0;
      for (const row of rows) {
        row.hidden = !matches(row.textContent.toLowerCase(), words);
        shown += row.hidden ? 0 : 1;
      }
      count.textContent = words.length === 0 ? '' : `${shown} of ${rows.length} rows`;
    });
    section.querySelectorAll('button.sort').forEach((button) =>
      button.addEventListener('click', () => {
        const sign = nextOrder(button.closest('th'));
        const at = Number(button.dataset.column);
        const key = (row) => {
          const cell = row.cells[at];
          return cell.dataset.sort ? Number(cell.dataset.sort) : cell.textContent.toLowerCase();
        };
        // Unknown stays last in both directions.
        const unknown = (row) => (row.cells[at].textContent === 'n/a' ? 1 : 0);
        body.append(...[...rows].sort((a, b) => unknown(a) - unknown(b) || sign * compare(key(a), key(b))));
      }),
    );
  });

  // --- runs --------------------------------------------------------------------------------------------------------
  const dialog = document.getElementById('detail');
  const definitions = (title, entries) => {
    const table = make('table');
    const body = table.createTBody();
    for (const [name, value] of entries) {
      const row = body.insertRow();
      row.append(make('th', name, { scope: 'row' }), make('td', value === null ? 'n/a' : value));
    }
    table.dataset.long = 'yes';
    return [make('h3', title), table];
  };
  const openRun = (run, common) => {
    document.getElementById('detail-title').textContent = `Run ${run.id}`;
    const body = document.getElementById('detail-body');
    const plot = make('div', null, {
      class: 'plot',
      role: 'img',
      'aria-label': `Training loss and held-out loss of run ${run.id}; numbers in the table below`,
    });
    const curveTable = make('table');
    const head = curveTable.createTHead().insertRow();
    for (const name of ['epoch', 'training loss', 'held-out NLL', `held-out ${run.metric}`])
      head.append(make('th', name, { scope: 'col' }));
    const rows = curveTable.createTBody();
    for (const point of run.curve) {
      const row = rows.insertRow();
      for (const value of point) row.append(make('td', value === null ? 'n/a' : value));
    }
    body.replaceChildren(
      ...definitions('Result', [
        ['status', run.reason ? `${run.status}: ${run.reason}` : run.status],
        ['readout', run.readout],
        [run.metric, run.score],
        ['NLL (nats)', run.nll],
        ['ECE', run.ece],
        ['time (s)', run.seconds],
        ['peak memory (MB)', run.memory],
        ['engine', run.engine],
      ]),
      ...(run.curve.length > 0 ? [make('h3', 'Curves (losses in nats)'), plot, curveTable] : []),
      ...definitions('Settings of this run', Object.entries(run.config)),
      ...definitions('Settings of all runs of this experiment', Object.entries(common)),
    );
    dialog.showModal();
    if (run.curve.length > 0) {
      const points = run.curve.flatMap(([epoch, train, nll]) => [
        { epoch, what: 'training loss', value: train },
        { epoch, what: 'held-out NLL', value: nll },
      ]);
      void draw(
        plot,
        data.curve,
        points.filter((p) => p.value !== null),
      );
    }
  };
  const perPage = 50;
  const fields = ['id', 'status', 'task', 'seed', 'labels', 'readout', 'score', 'nll', 'ece', 'seconds', 'memory'];
  document.querySelectorAll('section.runs').forEach((section) => {
    const { runs, common } = data.runs[section.dataset.runs];
    const text = runs.map((run) =>
      `${fields.map((f) => run[f]).join(' ')} ${Object.entries(run.config).join(' ')}`.toLowerCase(),
    );
    const input = section.querySelector('input');
    const body = section.querySelector('tbody');
    const [back, next] = [section.querySelector('.back'), section.querySelector('.next')];
    let order = runs.map((_, i) => i);
    let page = 0;
    const shownRuns = () => {
      const words = wordsOf(input);
      return order.filter((i) => matches(text[i], words));
    };
    const render = () => {
      const list = shownRuns();
      page = Math.max(0, Math.min(page, Math.ceil(list.length / perPage) - 1));
      body.replaceChildren(
        ...list.slice(page * perPage, (page + 1) * perPage).map((i) => {
          const run = runs[i];
          const row = make('tr');
          const first = make('th', null, { scope: 'row' });
          const button = make('button', run.id.slice(0, 12), { type: 'button' });
          button.addEventListener('click', () => openRun(run, common));
          first.append(button);
          row.append(first, ...fields.slice(1).map((f) => make('td', run[f] === null ? 'n/a' : run[f])));
          return row;
        }),
      );
      section.querySelector('.count').textContent = input.value === '' ? '' : `${list.length} of ${runs.length} runs`;
      const pages = Math.max(1, Math.ceil(list.length / perPage));
      section.querySelector('.page').textContent = `Page ${page + 1} of ${pages}`;
      back.disabled = page === 0;
      next.disabled = page + 1 >= pages;
    };
    input.addEventListener('input', () => {
      page = 0;
      render();
    });
    back.addEventListener('click', () => {
      page -= 1;
      render();
    });
    next.addEventListener('click', () => {
      page += 1;
      render();
    });
    section.querySelectorAll('button.sort').forEach((button) =>
      button.addEventListener('click', () => {
        const sign = nextOrder(button.closest('th'));
        const field = fields[Number(button.dataset.column)];
        const unknown = (i) => (runs[i][field] === null ? 1 : 0);
        order = [...order].sort((a, b) => unknown(a) - unknown(b) || sign * compare(runs[a][field], runs[b][field]));
        page = 0;
        render();
      }),
    );
    render();
  });
})();

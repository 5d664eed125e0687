import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { registry } from '../../src/platform/common/metrics.js';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const promtool = ['/usr/bin/promtool', '/usr/local/bin/promtool'].find((path) => existsSync(path));

const RULES = 'docker/prometheus/rules.yml';
const TESTS = 'docker/prometheus/rules.test.yml';
const CONFIG = 'docker/prometheus/prometheus.yml';
const DASHBOARD = 'docker/grafana/dashboards/chatapi.json';

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

const rules = (): Rule[] => parse(read(RULES)).groups.flatMap((group: { rules: Rule[] }) => group.rules);
const board = () => JSON.parse(read(DASHBOARD));
const panels = (): any[] => board().panels.filter(({ type }: { type: string }) => type !== 'row');
const queriesOf = (): string[] => [
  ...panels().flatMap(({ targets }) => targets.map(({ expr }: { expr: string }) => expr)),
  ...board().templating.list.map(({ definition }: { definition: string }) => definition),
];

/** Metrics of these programs, and the one that Prometheus makes itself. */
const METRIC = /\b(?:(?:chatapi|process|nodejs)_[a-z\d_]+|up)\b/g;
const SUFFIX = /_(bucket|count|sum)$/;

/** Names and labels that /metrics gives, samples or not. */
async function exported(): Promise<Map<string, { type: string; labels: string[] | undefined }>> {
  const text = await registry.metrics();
  const found = new Map<string, { type: string; labels: string[] | undefined }>();
  for (const [, name, type] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
    const metric = registry.getSingleMetric(name!) as unknown as { labelNames?: string[] } | undefined;
    found.set(name!, { type: type!, labels: metric?.labelNames });
  }
  return found;
}

/** Of the histogram that is not prom-client's own. */
const OWN_LABELS: Record<string, string[]> = {
  chatapi_http_request_duration_seconds: ['method', 'route', 'status'],
};
/** What Prometheus adds to every sample. */
const ADDED = ['job', 'instance', 'le'];

describe('metrics that boards and rules name', () => {
  const everything = () => [...rules().map(({ expr }) => expr), ...queriesOf()];

  it('are those that the product exports', async () => {
    const known = await exported();
    const named = new Set(everything().flatMap((query) => query.match(METRIC) ?? []));
    expect(named.size).toBeGreaterThan(25);
    const missing = [...named].filter((name) => {
      if (name === 'up' || known.has(name)) return false;
      return known.get(name.replace(SUFFIX, ''))?.type !== 'histogram';
    });
    expect(missing).toEqual([]);
  });

  it('have the labels that are asked for', async () => {
    const known = await exported();
    const wrong: string[] = [];
    for (const query of everything()) {
      for (const [, name, inside] of query.matchAll(/\b((?:chatapi|nodejs|process)_\w+)\{([^}]*)\}/g)) {
        const base = known.has(name!) ? name! : name!.replace(SUFFIX, '');
        const labels = [...(OWN_LABELS[base] ?? known.get(base)?.labels ?? []), ...ADDED];
        for (const [, label] of inside!.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g))
          if (!labels.includes(label!)) wrong.push(`${name}{${label}}`);
      }
    }
    // What is grouped by, and what legends and summaries name: a label of a metric of the same query.
    const labelled = [
      ...rules().map(({ expr, annotations }) => ({ query: expr, text: annotations.summary })),
      ...panels().flatMap(({ targets }) =>
        targets.map(({ expr, legendFormat = '' }: any) => ({ query: expr as string, text: legendFormat as string })),
      ),
    ];
    for (const { query, text } of labelled) {
      const grouped = [...query.matchAll(/\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g)].flatMap(([, list]) =>
        list!.split(','),
      );
      const shown = [...text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label]) => label!);
      const labels = (query.match(METRIC) ?? []).flatMap((name: string) => {
        const base = known.has(name) ? name : name.replace(SUFFIX, '');
        return OWN_LABELS[base] ?? known.get(base)?.labels ?? [];
      });
      for (const label of [...grouped.map((one) => one.trim()), ...shown])
        if (label !== '' && ![...labels, ...ADDED].includes(label)) wrong.push(`${query}: ${label}`);
    }
    expect(labelled.filter(({ text }) => text.includes('{{')).length).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });

  it('are what operators look for: every metric of ours is on the board', async () => {
    const shown = new Set(queriesOf().flatMap((query) => query.match(METRIC) ?? []));
    const ours = [...(await exported()).keys()].filter((name) => name.startsWith('chatapi_'));
    const LEFT_TO_ALERTS = ['chatapi_disk_free_ratio'];
    const isShown = (name: string) => [...shown].some((one) => one === name || one.replace(SUFFIX, '') === name);
    expect(ours.filter((name) => !isShown(name) && !LEFT_TO_ALERTS.includes(name))).toEqual([]);
  });
});

describe('alert rules', () => {
  it('each have a severity, a summary and a chapter of the runbook', () => {
    const runbook = read('docs/operations.md');
    const names = rules().map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    for (const { alert, expr, labels, annotations } of rules()) {
      expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(critical|warning|info)$/)]);
      expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
      expect(runbook).toContain(`\n### ${alert}\n`);
      expect(annotations.summary.length).toBeGreaterThan(10);
      expect([alert, isBalanced(expr)]).toEqual([alert, true]);
    }
    const chapters = [...runbook.matchAll(/^### (ChatApi\w+)$/gm)].map(([, name]) => name!);
    expect(chapters.toSorted()).toEqual(names.toSorted());
  });

  it('do what their tests say', () => {
    const { rule_files, tests } = parse(read(TESTS));
    expect(rule_files).toEqual(['rules.yml']);
    const names = new Set(rules().map(({ alert }) => alert));
    const tested = tests.flatMap((test: any) => test.alert_rule_test.map(({ alertname }: any) => alertname));
    expect(tested.filter((name: string) => !names.has(name))).toEqual([]);
    const { scrape_configs, rule_files: loaded } = parse(read(CONFIG));
    expect([scrape_configs[0].job_name, loaded]).toEqual(['chatapi', ['rules.yml']]);
    // Where Prometheus' own tool is not installed, what stands above is what is checked.
    if (promtool === undefined) return;
    for (const args of [
      ['check', 'config', '--syntax-only', CONFIG],
      ['check', 'rules', RULES],
      ['test', 'rules', TESTS],
    ]) {
      const { status, stdout, stderr } = spawnSync(promtool, args, { cwd: root, encoding: 'utf8', timeout: 60_000 });
      expect({ args, status, output: status === 0 ? '' : stdout + stderr }).toEqual({ args, status: 0, output: '' });
    }
  });

  it('and boards are written in PromQL that Prometheus reads', () => {
    const queries = queriesOf().filter((query) => !query.startsWith('label_values('));
    for (const query of queries) expect([query, isBalanced(query)]).toEqual([query, true]);
    if (promtool === undefined) return;
    const asRules = { groups: [{ name: 'board', rules: queries.map((query, at) => ruleOf(query, at)) }] };
    const dir = mkdtempSync(join(tmpdir(), 'chatapi-board-'));
    const file = join(dir, 'rules.json');
    writeFileSync(file, JSON.stringify(asRules));
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'rules', '--lint=none', file], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    rmSync(dir, { recursive: true });
    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
  });
});

describe('the dashboard', () => {
  it('has panels with a title, a unit and a source, none over another, and each id once', () => {
    const all: any[] = board().panels;
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of all) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect([title, x < 24, taken.has(`${x} ${y}`)]).toEqual([title, true, false]);
          taken.add(`${x} ${y}`);
        }
    }
    const [source] = parse(read('docker/grafana/provisioning/datasources/datasources.yml')).datasources;
    for (const { title, targets, fieldConfig, datasource } of panels()) {
      expect(title).toMatch(/^[A-Z]/);
      expect(targets.length).toBeGreaterThan(0);
      expect(fieldConfig.defaults.unit).toEqual(expect.any(String));
      for (const one of [datasource, ...targets.map((target: any) => target.datasource)])
        expect(one).toEqual({ type: source.type, uid: source.uid });
    }
  });

  it('is started by the compose file, behind a profile', () => {
    const { services, secrets } = parse(read('docker-compose.yml'));
    for (const name of ['prometheus', 'grafana', 'jaeger'])
      expect([name, services[name].profiles]).toEqual([name, ['observability']]);
    for (const [name, { volumes = [], profiles }] of Object.entries<any>(services)) {
      if (!profiles) continue;
      for (const volume of volumes as string[]) {
        const [from] = volume.split(':');
        if (from!.startsWith('./')) expect([name, from, existsSync(join(root, from!))]).toEqual([name, from, true]);
      }
    }
    expect(secrets.metrics_token).toEqual({ environment: 'METRICS_TOKEN' });
    expect(parse(read(CONFIG)).scrape_configs[0].authorization.credentials_file).toBe('/run/secrets/metrics_token');
  });
});

/** As Grafana would fill it in. */
const ruleOf = (query: string, at: number) => ({
  record: `board:query_${at}`,
  expr: query.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
});

function isBalanced(text: string): boolean {
  const open: string[] = [];
  const closes: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
  for (const char of text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '')) {
    if ('([{'.includes(char)) open.push(char);
    else if (char in closes && open.pop() !== closes[char]) return false;
  }
  return open.length === 0;
}

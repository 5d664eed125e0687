import { readFileSync } from 'node:fs';
import { PROBLEMS } from '../../platform/common/problem.js';

/** `| \`code\` | status | title | retry | cause |` */
const ROW = /^\| `(\w+)` \| (\d+) \| (.+?) \| (yes|no) +\| (.+?) \|$/;

describe('docs/errors.md', () => {
  const lines = readFileSync('docs/errors.md', 'utf8').split('\n');
  const rows = lines.flatMap((line) => {
    const [, code, status, title, retry, cause] = ROW.exec(line.replace(/ +/g, ' ')) ?? [];
    return code ? [{ code, status: Number(status), title, retryable: retry === 'yes', cause }] : [];
  });

  it('lists every problem code, as it is', () => {
    const listed = rows.map(({ code, status, title, retryable }) => ({ code, status, title, retryable }));
    const known = Object.entries(PROBLEMS).map(([code, kind]) => ({
      code,
      status: kind.status,
      title: kind.title,
      retryable: 'retryable' in kind,
    }));
    expect(listed).toEqual(known);
  });

  it('says of each what causes it', () => {
    for (const { cause } of rows) expect(cause?.length).toBeGreaterThan(20);
  });
});

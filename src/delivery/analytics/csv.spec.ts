import { columnsOf, toCsv } from './csv.js';

describe('CSV', () => {
  it('has a line of names and one for each row, nested fields with their path', () => {
    const rows = [{ bucket: 'a', latency_ms: { p50: 1.5, p99: null }, group: null }];
    expect(toCsv(rows, columnsOf(rows))).toBe('bucket,latency_ms.p50,latency_ms.p99,group\r\na,1.5,,\r\n');
  });

  it('quotes what would break a line, and disarms what a spreadsheet would run', () => {
    expect(toCsv([{ a: 'x,"y"\n', b: '=1+1' }], ['a', 'b'])).toBe('a,b\r\n"x,""y""\n",\'=1+1\r\n');
    expect(toCsv([{ n: -1 }], ['n'])).toBe('n\r\n-1\r\n');
  });

  it('is a line of names alone where there is nothing', () => {
    expect(toCsv([], ['a', 'b'])).toBe('a,b\r\n');
  });
});

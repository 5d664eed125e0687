/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180: a line of names, then one for each row; fields of objects as `name.field`. */
export function toCsv(rows: object[], names: string[]): string {
  const lines = rows.map((row) => {
    const flat = flatten(row);
    return names.map((name) => cell(flat.get(name))).join(',');
  });
  return [names.join(','), ...lines, ''].join('\r\n');
}

/** The columns of rows, in the order of the first that has them. */
export function columnsOf(rows: object[]): string[] {
  return [...new Set(rows.flatMap((row) => [...flatten(row).keys()]))];
}

function flatten(row: object, prefix = ''): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === 'object' && value !== null) {
      for (const [inner, of] of flatten(value as object, `${prefix}${name}.`)) flat.set(inner, of);
    } else flat.set(prefix + name, value);
  }
  return flat;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = FORMULA.test(String(value)) ? `'${String(value)}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

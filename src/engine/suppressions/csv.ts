/** A line of a CSV file: where it begins, and its fields. */
export interface CsvLine {
  line: number;
  fields: string[];
}

/**
 * Reads CSV as RFC 4180 writes it: commas between fields, quotes around those that hold commas, quotes or line breaks.
 * Empty lines are passed over, a byte order mark too. One look at each character.
 */
export function* csvLines(text: string): Generator<CsvLine> {
  let fields: string[] = [];
  let field = '';
  let quoted = false;
  let line = 1;
  let began = 1;
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\n') line++;
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') field += text[++at];
      else quoted = false;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === ',') {
      fields.push(field);
      field = '';
    } else if (char === '\n') {
      const whole = [...fields, field.replace(/\r$/, '')];
      if (whole.length > 1 || whole[0] !== '') yield { line: began, fields: whole };
      [fields, field, began] = [[], '', line];
    } else field += char;
  }
  if (fields.length > 0 || field !== '') yield { line: began, fields: [...fields, field.replace(/\r$/, '')] };
}

/** A line of fields, with its end. What a spreadsheet would take for a formula stands behind an apostrophe. */
export const toCsvLine = (fields: (string | null)[]): string => `${fields.map(quote).join(',')}\r\n`;

function quote(field: string | null): string {
  const text = field === null ? '' : /^[=+@\t\r-]/.test(field) ? `'${field}` : field;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export interface Line {
  name: string;
  colour: string;
  dashed?: boolean;
  /** [x, y]; what is NaN is left out. */
  points: [number, number][];
}

const WIDTH = 760;
const HEIGHT = 420;
const LEFT = 64;
const RIGHT = 150;
const TOP = 40;
const BOTTOM = 48;

/** Lines over a linear x and a logarithmic y axis, as SVG that needs no script and no style sheet. */
export function plot(title: string, axes: { x: string; y: string }, lines: Line[]): string {
  const all = lines.flatMap(({ points }) => points).filter(([, y]) => y > 0);
  const maxX = Math.max(...all.map(([x]) => x));
  const low = Math.floor(Math.log10(Math.min(...all.map(([, y]) => y))));
  const high = Math.ceil(Math.log10(Math.max(...all.map(([, y]) => y))));
  const placeX = (x: number) => LEFT + (x / maxX) * (WIDTH - LEFT - RIGHT);
  const placeY = (y: number) => TOP + ((high - Math.log10(y)) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const parts = [text(LEFT, 22, title, 'font-weight="bold"')];
  for (let power = low; power <= high; power++) {
    const y = placeY(10 ** power);
    parts.push(rule(LEFT, y, WIDTH - RIGHT, y), text(LEFT - 8, y + 4, String(10 ** power), 'text-anchor="end"'));
  }
  for (let share = 0; share <= 4; share++) {
    const x = (maxX * share) / 4;
    parts.push(text(placeX(x), HEIGHT - BOTTOM + 18, Math.round(x).toLocaleString('en'), 'text-anchor="middle"'));
  }
  parts.push(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, axes.x, 'text-anchor="middle"'));
  parts.push(text(14, 38, axes.y));
  lines.forEach(({ name, colour, dashed, points }, at) => {
    const path = points
      .filter(([, y]) => y > 0)
      .map(([x, y]) => `${placeX(x).toFixed(1)},${placeY(y).toFixed(1)}`)
      .join(' ');
    const dash = dashed ? ' stroke-dasharray="5 4"' : '';
    const y = TOP + 20 + at * 20;
    parts.push(
      `<polyline fill="none" stroke="${colour}" stroke-width="2"${dash} points="${path}"/>`,
      `<line x1="${WIDTH - RIGHT + 10}" x2="${WIDTH - RIGHT + 34}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"${dash}/>`,
      text(WIDTH - RIGHT + 40, y + 4, name),
    );
  });
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`;
  return `${head}\n<rect width="100%" height="100%" fill="white"/>\n${parts.join('\n')}\n</svg>\n`;
}

const text = (x: number, y: number, content: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="#333" ${more}>${content}</text>`;

const rule = (x1: number, y1: number, x2: number, y2: number): string =>
  `<line x1="${x1}" x2="${x2}" y1="${y1.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="#ddd"/>`;

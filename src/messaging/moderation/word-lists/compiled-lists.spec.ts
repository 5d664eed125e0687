import { CompiledLists } from './compiled-lists.js';
import type { WordAction, WordListDto } from './word-lists.dto.js';

const list = (words: string[], action: WordAction = 'mask', name: string = action): WordListDto => ({
  name,
  words,
  action,
});
const masked = async (words: string[], text: string): Promise<string> =>
  (await CompiledLists.of([list(words)])).judge(text).masked;

describe('word lists', () => {
  it.each([
    [['ass'], 'an ass, ASS! class assets (ass)', 'an ***, ***! class assets (***)'],
    [['kill yourself'], 'just Kill \n yourself now', 'just *************** now'],
    [['he', 'she', 'hers', 'his'], 'ushers she hers his', 'ushers *** **** ***'],
    // The longer one fails where words don't end, the shorter one inside of it stands.
    [['a b c', 'b'], 'a b d', 'a * d'],
    [['a$$', 'c++'], 'a$$ a a$$es c++ c++x c', '*** a ***es *** ***x c'],
    [['straße', 'ΣΊΣΥΦΟΣ'], 'STRASSE strasse σίσυφος', '******* ******* *******'],
    [['café'], 'cafe\u0301 CAFÉ cafe', '***** **** cafe'],
    [['file'], 'ﬁle ｆｉｌｅ 𝐟𝐢𝐥𝐞 profile', '*** **** **** profile'],
    [['idiot'], 'id\u00ADiot i\u200Bdiot', '****** ******'],
    [['笨蛋'], '你是笨蛋吗', '你是**吗'],
    [['идиот'], 'Идиот! идиотизм', '*****! идиотизм'],
    [['🖕'], 'x🖕🖕y', 'x**y'],
    [['ano'], 'año ano', 'año ***'],
    [['one_two'], 'one_two one', '******* one'],
    [['bad'], 'bad_ _bad bad1 bad-', 'bad_ _bad bad1 ***-'],
    [['  spaced  '], 'spaced', '******'],
    [['x'], '', ''],
  ])('%j mask %j as %j', async (words, text, expected) => {
    expect(await masked(words, text)).toBe(expected);
    expect([...(await masked(words, text))].length).toBe([...text].length);
  });

  it('names the lists that reject and those that flag, each once', async () => {
    const lists = await CompiledLists.of([
      list(['spam', 'scam'], 'flag', 'maybe'),
      list(['scam', 'fraud'], 'reject', 'never'),
      list(['spam'], 'mask', 'stars'),
    ]);
    expect(lists.judge('spam spam')).toEqual({ rejecting: [], flagging: ['maybe'], masked: '**** ****' });
    expect(lists.judge('a scam')).toEqual({ rejecting: ['never'], flagging: ['maybe'], masked: 'a scam' });
    expect(lists.judge('spams')).toEqual({ rejecting: [], flagging: [], masked: 'spams' });
  });

  it('finds what a plain search finds, whatever overlaps', async () => {
    // No boundaries between these.
    const letters = ['日', '本', '語'];
    let seed = 7;
    const next = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const text = (length: number): string => Array.from({ length }, () => letters[next(3)]).join('');
    for (let round = 0; round < 200; round++) {
      const words = Array.from({ length: 1 + next(6) }, () => text(1 + next(4)));
      const whole = text(30);
      const covered = new Set<number>();
      for (const word of words) {
        for (let at = whole.indexOf(word); at >= 0; at = whole.indexOf(word, at + 1)) {
          for (let n = 0; n < word.length; n++) covered.add(at + n);
        }
      }
      const expected = [...whole].map((letter, at) => (covered.has(at) ? '*' : letter)).join('');
      expect([words, await masked(words, whole)]).toEqual([words, expected]);
    }
  });

  it('is linear in the text, whatever the words are', async () => {
    const words = Array.from({ length: 100 }, (_, n) => '日'.repeat(n + 1));
    const lists = await CompiledLists.of([list(words, 'flag'), list(['a\u0301'.repeat(50)], 'mask')]);
    const cost = (text: string): number => {
      const { user } = process.cpuUsage();
      lists.judge(text);
      return process.cpuUsage().user - user;
    };
    for (const unit of ['日', 'a\u0301', 'a', ' ', '\u0301', '\u0301\u0323', '日 ']) {
      const piece = unit.repeat(10_000 / unit.length);
      // The least of several: other threads of the process, such as its garbage collection, count too.
      const least = (text: string) => Math.min(...Array.from({ length: 3 }, () => cost(text)));
      cost(piece);
      const [one, eight] = [least(piece), least(piece.repeat(8))];
      expect([unit, eight < 32 * one + 50_000]).toEqual([unit, true]);
    }
  });

  it('lets others have their turn while ten thousand long words are made ready', async () => {
    const words = Array.from({ length: 10_000 }, (_, n) => `${n}`.padStart(5, '0') + 'abcdefghij'.repeat(9));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const lists = await CompiledLists.of([list(words)]);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
    expect(lists.judge(`x ${words[1234]} y`).masked).toBe(`x ${'*'.repeat(95)} y`);
    expect(lists.bytes).toBeLessThan(64 * 1024 * 1024);
  });
});

import type { MessageDto, SeenMessage } from '../messages/messages.dto.js';
import { fold } from './fold.js';
import type { SearchHitDto } from './search.dto.js';
import type { SearchTerms } from './search-terms.js';
import type { Candidate, SearchFilter, SearchPlace, SearchRepository } from './search.repository.js';
import { tokenOf } from './words.js';

/** What a search may cost. */
const BUDGET_MS = 1_500;
/** What is common is found among so many of the newest messages. */
const RECENT = 1_000;
/** Looked at in one statement, where words are of no help. */
const STRIDE = 20_000;
const CANDIDATES = 200;
/** A part of a query that so many different words have is no help: it is common. */
const MOST_WORDS = 1_000;
/** Parts of a query that the index is asked for. */
const MOST_LISTS = 6;
const MOST_ROOMS = 300;
/** No look by words may take longer: where so many messages have them, those are soon found one by one. */
const LOOK_MS = 600;

const NIL = '00000000-0000-0000-0000-000000000000';

/** Newer than everything. */
export const NEWEST: SearchPlace = {
  created_at: new Date('9999-01-01T00:00:00Z'),
  message_id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};

export interface SearchPlan {
  terms: SearchTerms;
  filter: SearchFilter;
  /** By room: the last seq that the caller may not see; of rooms that are not in it, none. */
  floors: ReadonlyMap<string, number>;
  limit: number;
  behind: SearchPlace;
  /** Newest first, as `YYYYMM`. */
  months: string[];
}

export interface SearchResult {
  hits: SearchHitDto[];
  /** Behind what to go on; null: that was all. */
  next: SearchPlace | null;
}

/** Gives messages as their readers see them, by id; those that cannot be seen are missing. */
export type PresentMessages = (ids: string[]) => Promise<Map<string, SeenMessage>>;

/**
 * One search: first among the newest messages, one by one, where common words fill a page; then by the index of words, months
 * at a time, where rare ones are found in one look. Words that are neither are looked for one by one until the time is up, and
 * the page tells where to go on.
 */
export class SearchRun {
  private readonly until = performance.now() + BUDGET_MS;
  private readonly hits: { hit: SearchHitDto; place: SearchPlace }[] = [];
  /** Everything newer was looked at; null: everything. */
  private reached: SearchPlace | null;

  constructor(
    private readonly plan: SearchPlan,
    private readonly repository: SearchRepository,
    private readonly present: PresentMessages,
  ) {
    this.reached = plan.behind;
  }

  async run(): Promise<SearchResult> {
    await this.walk(RECENT);
    if (this.goesOn) {
      const lists = await this.lists();
      if (lists === null) this.reached = null;
      else if (lists.length > 0) await this.byWords(lists);
      while (this.goesOn) await this.walk(STRIDE);
    }
    const { limit } = this.plan;
    const hits = this.hits.slice(0, limit);
    return {
      hits: hits.map(({ hit }) => hit),
      next: this.hits.length > limit ? hits.at(-1)!.place : this.reached,
    };
  }

  private get goesOn(): boolean {
    return this.reached !== null && this.hits.length <= this.plan.limit && performance.now() < this.until;
  }

  private async walk(rows: number): Promise<void> {
    const { candidates, reached } = await this.repository.walk(this.plan.filter, this.reached!, rows, CANDIDATES);
    await this.take(candidates);
    this.reached = reached;
  }

  /** Tokens of which a match has one of each list; null: there is no match. */
  private async lists(): Promise<number[][] | null> {
    const { clientId, rooms, sender } = this.plan.filter;
    const lists: number[][] = [];
    for (const { words, fragments } of this.plan.terms.wanted.slice(0, MOST_LISTS)) {
      const found = fragments.length > 0 ? await this.repository.wordsWith(clientId, fragments, MOST_WORDS) : words;
      if (found?.length === 0) return null;
      if (found) lists.push(found.map((word) => tokenOf(clientId, 'word', word)));
    }
    // By itself, a sender or a room of a thousand may be anything from nothing to nearly everything.
    if (lists.length === 0 && rooms === null) return [];
    if (sender !== null) lists.push([tokenOf(clientId, 'sender', sender)]);
    if (rooms !== null && rooms.length <= MOST_ROOMS) lists.push(rooms.map((room) => tokenOf(clientId, 'room', room)));
    return lists;
  }

  /** Ends at a stretch that holds too many: there they are soon found one by one. */
  private async byWords(lists: number[][]): Promise<void> {
    for (const { months, from } of stretches(this.plan.months, this.reached!, this.plan.filter)) {
      for (let whole = false; !whole;) {
        if (!this.goesOn) return;
        const ms = Math.ceil(Math.min(LOOK_MS, Math.max(1, this.until - performance.now())));
        const { filter } = this.plan;
        const found = await this.repository.findByWords(filter, this.reached!, months, lists, CANDIDATES, ms);
        if (found === null) return;
        await this.take(found);
        whole = found.length < CANDIDATES;
        this.reached = whole ? { created_at: from, message_id: NIL } : found.at(-1)!;
      }
    }
    if (this.hits.length <= this.plan.limit) this.reached = null;
  }

  /** Those that match, as they are now: an edit and a deletion hold at once, whenever the index hears of them. */
  private async take(candidates: Candidate[]): Promise<void> {
    const { terms, floors, limit } = this.plan;
    const likely = candidates.filter(
      ({ text, room_id, seq }) => terms.matches(text) && seq > (floors.get(room_id) ?? 0),
    );
    for (let at = 0; at < likely.length && this.hits.length <= limit;) {
      const some = likely.slice(at, (at += limit + 1 - this.hits.length));
      const messages = await this.present(some.map(({ message_id }) => message_id));
      for (const place of some) {
        const message = messages.get(place.message_id);
        if (!message || !('hidden' in message || terms.matches(textOf(message)))) continue;
        const highlights = 'hidden' in message || message.content === null ? [] : terms.highlight(message.content);
        this.hits.push({ hit: { message, room_id: message.room_id, highlights }, place });
      }
    }
  }
}

const textOf = ({ content, attachments }: MessageDto): string =>
  fold([content, ...attachments.map(({ name }) => name)].filter((part) => part).join('\n'));

/** From a place back to the oldest month: the newest month, then twice as many each time. */
function* stretches(
  months: string[],
  behind: SearchPlace,
  filter: SearchFilter,
): Generator<{ months: string[]; from: Date }> {
  const least = filter.from?.getTime() ?? Number.NEGATIVE_INFINITY;
  // Months to come have their tables already.
  const tomorrow = Date.now() + 86_400_000;
  const before = Math.min(behind.created_at.getTime() + 1, filter.to?.getTime() ?? tomorrow, tomorrow);
  const wanted = months.filter(
    (month, nth) => startOf(month) < before && (nth === 0 || startOf(months[nth - 1]!) > least),
  );
  for (let at = 0, count = 1; at < wanted.length; at += count, count *= at > 1 ? 2 : 1) {
    const some = wanted.slice(at, at + count);
    yield { months: some, from: new Date(startOf(some.at(-1)!)) };
  }
}

const startOf = (month: string): number => Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)) - 1);

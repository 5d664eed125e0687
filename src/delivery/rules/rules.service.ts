import { Injectable } from '@nestjs/common';
import { isUuid, newId } from '../../platform/common/ids.js';
import { decodeCursor, toPage, type Page } from '../../platform/common/pagination.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { SourcesService } from '../sources/sources.service.js';
import { RuleCheck } from './rule-check.js';
import { RulesRepository, type RuleRow } from './rules.repository.js';
import type { CreateRuleDto, RuleDto, RulesQueryDto, UpdateRuleDto } from './rules.dto.js';

const MAX_RULES = 100;

/** What events of sources cause. */
@Injectable()
export class RulesService {
  constructor(
    private readonly repository: RulesRepository,
    private readonly sources: SourcesService,
    private readonly check: RuleCheck,
    private readonly idempotency: Idempotency,
  ) {}

  /** By source and position. @throws Problem `invalid_cursor`, `not_found` for an unknown source */
  async list(clientId: string, query: RulesQueryDto): Promise<Page<RuleDto>> {
    const { limit = 50, source_id } = query;
    const cursor = decodeCursor(query.cursor, 3);
    const [source, position, id] = cursor?.key ?? [];
    if (cursor && !(isUuid(source) && isPosition(position) && isUuid(id))) {
      throw new Problem('invalid_cursor', 'cursor: use next_cursor or prev_cursor of an earlier answer, unchanged.');
    }
    if (source_id !== undefined) await this.sources.find(clientId, source_id);
    const rows = await this.repository.list(clientId, source_id ?? null, limit, cursor);
    return toPage(rows, limit, cursor, (row) => [row.source_id, row.position, row.id], toRule);
  }

  async get(clientId: string, id: string): Promise<RuleDto> {
    const row = isUuid(id) ? await this.repository.find(null, clientId, id) : null;
    if (!row) throw notFound('rule');
    return toRule(row);
  }

  /** @throws Problem `not_found` for an unknown source, `validation_failed`, `conflict` for one too many */
  async create(request: Request, dto: CreateRuleDto): Promise<RuleDto> {
    const { clientId } = request.caller;
    const source = await this.sources.find(clientId, dto.source_id);
    await this.check.refuseFaulty(clientId, dto);
    return this.idempotency.effect(request, async (tx) => {
      const { n, position } = await this.repository.last(tx, clientId, source.id);
      if (n >= MAX_RULES) throw new Problem('conflict', `A source has at most ${MAX_RULES} rules.`);
      const id = newId();
      await this.repository.insert(tx, clientId, {
        id,
        source_id: source.id,
        position: dto.position ?? position + 1,
        name: dto.name ?? null,
        enabled: dto.enabled ?? true,
        condition: dto.condition ?? null,
        actions: dto.actions,
      });
      const made = await this.repository.find(tx, clientId, id);
      // It was deleted meanwhile.
      if (!made) throw notFound('source');
      return toRule(made);
    });
  }

  /** RFC 7396. @throws Problem `not_found`, `validation_failed` */
  async update(request: Request, id: string, dto: UpdateRuleDto): Promise<RuleDto> {
    const { clientId } = request.caller;
    await this.get(clientId, id);
    await this.check.refuseFaulty(clientId, dto);
    return this.idempotency.effect(request, async (tx) => {
      await this.repository.update(tx, clientId, id, { ...dto });
      const row = await this.repository.find(tx, clientId, id);
      if (!row) throw notFound('rule');
      return toRule(row);
    });
  }

  async remove(request: Request, id: string): Promise<void> {
    const { clientId } = request.caller;
    await this.idempotency.effect(request, async (tx) => {
      const outcome = isUuid(id) ? await this.repository.delete(tx, clientId, id) : null;
      if (outcome === null) throw notFound('rule');
      if (outcome === 'was deleted') request.unchanged();
    });
  }
}

const isPosition = (value: unknown): boolean => Number.isInteger(value) && Math.abs(value as number) <= 1_000_000;

const toRule = (row: RuleRow): RuleDto => ({
  id: row.id,
  source_id: row.source_id,
  position: row.position,
  name: row.name,
  enabled: row.enabled,
  condition: row.condition,
  actions: row.actions,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

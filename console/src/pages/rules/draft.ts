import type { Schema } from '../kit/data.js';
import { jsonOf, orNull } from '../kit/fields.js';
import type { DraftAction } from './actions-editor.js';

/** A rule as it is being written. */
export interface Draft {
  source_id: string;
  name: string;
  condition: string;
  enabled: boolean;
  actions: DraftAction[];
}

/** @param rule null begins a new one */
export const draftOf = (rule: Schema<'Rule'> | null, sourceId: string): Draft => ({
  source_id: sourceId,
  name: rule?.name ?? '',
  condition: rule?.condition ?? '',
  enabled: rule?.enabled ?? false,
  actions: (rule?.actions ?? [{ type: 'send_notification' as const, params: EXAMPLE }]).map(({ type, params }) => ({
    type,
    params: JSON.stringify(params, null, 2),
  })),
});

const EXAMPLE = {
  recipients: [{ user_id: 'alice' }],
  channels: { websocket: { title: { $jsonata: '$event.type' } } },
};

/** @throws Mistake that names the action whose params are no JSON */
export const bodyOf = ({ name, condition, enabled, actions }: Draft) => ({
  name: orNull(name),
  condition: orNull(condition),
  enabled,
  actions: actions.map(({ type, params }, at) => ({
    type,
    params: jsonOf(params, `Action ${at + 1}`) as Record<string, unknown>,
  })),
});

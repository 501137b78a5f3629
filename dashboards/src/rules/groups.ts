import { agent } from '../alerts/agent.ts';
import { breakers } from '../alerts/breakers.ts';
import { callSuccess } from '../alerts/call-success.ts';
import { health } from '../alerts/health.ts';
import { limits } from '../alerts/limits.ts';
import { retries } from '../alerts/retries.ts';
import { sharedStore } from '../alerts/store.ts';
import type { RuleGroup, RuleSettings } from './model.ts';

/** Every rule, from what the application feels down to whether anybody would know. */
export function ruleGroups(settings: RuleSettings): RuleGroup[] {
  return [callSuccess, retries, limits, breakers, health, sharedStore, agent].map((group) => group(settings));
}

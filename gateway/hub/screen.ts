// Free text that must not go into the Hub (hub-2023/3.11): numbers and names of people, words about health and about security. It
// says where and which kind, never the words. Pure; each pattern is bounded, so that no text makes it slow. What it looks for is local.
import { personalKinds, personalKindsIn } from '../personal-text.ts'

export const sensitiveKinds = {
  ...personalKinds,
  'named-person': 'the name of a person',
  health: 'something about health',
  security: 'something about security',
} as const
export type SensitiveKind = keyof typeof sensitiveKinds

const patterns: readonly (readonly [SensitiveKind, RegExp])[] = [
  ['named-person', /\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prisoner|Officer|PO|SO|CM|Governor)\.? \p{Lu}[\p{Ll}'’-]{1,30}/u],
  ['health', /\b(?:diagnos\w{1,8}|medicat\w{1,8}|prescri\w{1,8}|psychos\w{1,4}|schizophren\w{1,4}|depress(?:ed|ion)|self-?harm(?:ed|ing) (?:by|himself|herself)|ligature|overdose\w{0,2}|HIV|hepatitis|pregnan\w{1,3}|suicid\w{1,5})\b/iu],
  ['security', /\b(?:informant|intelligence report|covert\w{0,2}|CHIS|escape (?:plan|route|risk)|key (?:number|code|safe)|lock(?:ing)? (?:code|combination)|CCTV blind|gang (?:member|affiliat\w{1,4})|terroris[mt]|TACT)\b/iu],
] // prettier-ignore

/** @param year in which it is looked at */
export function sensitiveKindsIn(text: string, year: number): SensitiveKind[] {
  return [
    ...personalKindsIn(text, year),
    ...patterns.filter(([, pattern]) => pattern.test(text)).map(([kind]) => kind),
  ]
}

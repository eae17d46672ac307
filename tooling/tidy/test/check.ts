/** Applies one rule to a made-up repository. */
import { Repository } from '../src/repository.ts'
import { describeFinding, type Rule } from '../src/rule.ts'

export function check(rule: Rule, texts: Readonly<Record<string, string>>): string[] {
  return rule.check(Repository.of(texts)).map(describeFinding)
}

/** What a rule is: a name, why it is there, and a function from the repository to findings. */
import type { Repository } from './repository.ts'

/** One place that breaks a rule. The message says what to do instead. */
export interface Finding {
  readonly path: string
  /** 1-based; undefined when the whole file is meant. */
  readonly line?: number | undefined
  readonly message: string
}

export interface Rule {
  readonly name: string
  check(repository: Repository): Finding[]
}

/** `packages/core/src/a.ts:12 message`, as editors and terminals link it. */
export function describeFinding({ path, line, message }: Finding): string {
  return `${path}${line === undefined ? '' : `:${line}`} ${message}`
}

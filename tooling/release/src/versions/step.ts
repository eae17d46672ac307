/**
 * How far a version moves, and what it may carry.
 *
 * ```
 *               addition   breaking change
 * 0.x           patch      minor            (`^0.1.0` takes 0.1.1, and not 0.2.0)
 * 1.0 and on    minor      major
 * ```
 */
const steps = ['none', 'patch', 'minor', 'major'] as const
export type Step = (typeof steps)[number]

export function isStep(text: unknown): text is Step {
  return steps.some((step) => step === text)
}

export function isAtLeast(step: Step, needed: Step): boolean {
  return steps.indexOf(step) >= steps.indexOf(needed)
}

export function largest(all: Iterable<Step>): Step {
  let found: Step = 'none'
  for (const step of all) if (isAtLeast(step, found)) found = step
  return found
}

/** @param version The one before the step. */
export function additionStep(version: string): Step {
  return isEarly(version) ? 'patch' : 'minor'
}

/** The step that leaves the range of those who wrote `^version`. */
export function breakingStep(version: string): Step {
  return isEarly(version) ? 'minor' : 'major'
}

function isEarly(version: string): boolean {
  return version.startsWith('0.')
}

/** Numbers of a run that a person wants to see, beside the outcome. */
export function note(text: string): void {
  process.stdout.write(`${text}\n`)
}

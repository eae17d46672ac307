import type { Language } from './editor/code-mirror.ts'

/** What a new object begins with. */
export const startingText: Readonly<Record<Language, string>> = {
  json: '{\n  \n}\n',
  text: '',
}

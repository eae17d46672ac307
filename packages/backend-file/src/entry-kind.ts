/**
 * Kinds: what the entries of one folder on disk have in common, besides their names.
 *
 * A kind is numbered, so that a packed name needs one byte for it; the number is also the rank
 * among entries of one key in one folder. Dropped names rank behind ours.
 */
import { type Form, suffixForms } from './names/forms.ts'
import { encodeFolder, encodeFile, fileName } from './names/paths.ts'

/** What entries of one folder with the same kind of name have in common. */
export interface EntryKind {
  /** The folder on disk, with a trailing separator. */
  readonly folder: string
  /** Undefined for folders. */
  readonly form: Form | undefined
  /** False: the name on disk is the segment itself. */
  readonly isCanonical: boolean
  /** Among entries of the same key the lowest is the object. */
  readonly rank: number
}

/**
 * In order of rank; a file is never both of the last two forms, nor beside a folder of its name.
 */
const forms: readonly (Form | undefined)[] = [...suffixForms, 'native', 'plain', undefined]

/** The number of a kind in its folder: from 1, and twice as many as there are forms at most. */
export function kindNumber(form: Form | undefined, isCanonical: boolean): number {
  return 1 + forms.indexOf(form) + (isCanonical ? 0 : forms.length)
}

/**
 * The kinds of entries in a folder, by their numbers.
 *
 * @param place How many folders on disk rank before this one, for the same key.
 */
export function kindsIn(folder: string, place: number): readonly EntryKind[] {
  const kinds = [true, false].flatMap((isCanonical) =>
    forms.map((form) => ({ folder, form, isCanonical })),
  )
  const first = 1 + place * kinds.length
  return kinds.map((kind, at) => ({ ...kind, rank: first + at }))
}

/** The path on disk of an entry whose segment is `segment`; of a folder with a separator. */
export function pathOfEntry({ folder, form, isCanonical }: EntryKind, segment: string): string {
  if (form === undefined) {
    return `${folder}${isCanonical ? encodeFolder(segment).join('/') : segment}/`
  }
  return folder + fileName(isCanonical ? encodeFile(segment) : segment, form)
}

/** What `validate()` takes, checked. */
import type { Codec } from '../../codecs/codec.ts'
import { CodecRegistry } from '../../codecs/registry.ts'
import { assertInteger, describe, ownOptions } from '../../options.ts'
import type { InvalidObject } from './checker.ts'

/** Largest body that is validated, unless the caller says otherwise. */
export const validatedBytesDefault: number = 16 * 1024 ** 2
/** Most that may be asked for. */
export const validatedBytesLimit: number = 1024 ** 3

/** `'warn'`: only `onInvalid` hears of it. For rolling out rules over what is there already. */
export type InvalidAction = 'refuse' | 'warn'

/** What {@link validate} takes beside its rules. */
export interface ValidateOptions {
  /** Bodies under rules are held in memory, up to this size. Default 16 MiB. */
  readonly bytesMax?: number | undefined
  /** What is done about an object that is wrong as it is read. Default `'refuse'`. */
  readonly onRead?: InvalidAction | undefined
  /** As it is written, or copied. Default `'refuse'`. */
  readonly onWrite?: InvalidAction | undefined
  /** Hears of every object that is wrong, also of those that are refused. */
  readonly onInvalid?: ((invalid: InvalidObject) => void) | undefined
  /** Those of the manager, if it has codecs of its own. */
  readonly codecs?: readonly Codec[] | undefined
}

const optionNames: ReadonlySet<string> = new Set([
  ...['bytesMax', 'onRead', 'onWrite', 'onInvalid', 'codecs'],
])

/** The options with everything that was left out. */
export interface ValidateSettings {
  readonly bytesMax: number
  readonly onRead: InvalidAction
  readonly onWrite: InvalidAction
  readonly onInvalid: ValidateOptions['onInvalid']
  readonly codecs: readonly Codec[]
}

/** @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing. */
export function validateSettings(options: ValidateOptions | undefined): ValidateSettings {
  const own = ownOptions(options, optionNames, 'validate') ?? {}
  const { bytesMax = validatedBytesDefault, onRead = 'refuse', onWrite = 'refuse' } = own
  const { onInvalid, codecs = [] } = own
  assertInteger(bytesMax, 'bytesMax', 1, validatedBytesLimit)
  for (const each of [onRead, onWrite]) {
    if (each !== 'refuse' && each !== 'warn') {
      throw new TypeError("validate: onRead and onWrite are 'refuse' or 'warn'")
    }
  }
  if (onInvalid !== undefined && typeof onInvalid !== 'function') {
    throw new TypeError(`validate: onInvalid is a function, not ${describe(onInvalid)}`)
  }
  // Wrong codecs are a mistake of now, not of the first object.
  void new CodecRegistry(codecs)
  return { bytesMax, onRead, onWrite, onInvalid, codecs }
}

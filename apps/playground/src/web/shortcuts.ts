/** Keys that mean something on the page, wherever nobody types and no dialog lies over it. */
import { type RefObject, useEffect, useEffectEvent } from 'react'

/**
 * `/`: whatever keys make that character, on some keyboards with Shift or AltGr. `t`: that letter
 * alone. `Alt+Digit1`: the key there with Alt, whatever they make.
 */
export type Shortcut = readonly [keys: string, handle: (event: KeyboardEvent) => void]

/** Calls the handler of what is pressed. `place`: where they belong, when that may be a dialog. */
export function useShortcuts(
  shortcuts: readonly Shortcut[],
  place?: RefObject<Element | null>,
): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const pressed = shortcuts.find(([keys]) => isPressed(keys, event))
    if (pressed === undefined || isTypedInto(event.target) || isBehindDialog(place?.current)) return
    event.preventDefault()
    // One that is held down was meant once.
    if (!event.repeat) pressed[1](event)
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKeyDown(event)
    document.documentElement.addEventListener('keydown', listen)
    return () => document.documentElement.removeEventListener('keydown', listen)
  }, [])
}

/** What of an event says which keys are pressed. */
export type PressedKeys = Pick<
  KeyboardEvent,
  'key' | 'code' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey' | 'getModifierState'
>

/** Whether the event is of these keys, written as in a {@link Shortcut}. */
export function isPressed(keys: string, event: PressedKeys): boolean {
  const { key, code, shiftKey, ctrlKey, altKey, metaKey } = event
  const [alt, place] = keys.split('+')
  if (alt === 'Alt' && place !== undefined) {
    return code === place && altKey && !shiftKey && !ctrlKey && !metaKey
  }
  // AltGr makes characters; Windows says that it is Ctrl and Alt.
  const isChord = metaKey || ((ctrlKey || altKey) && !event.getModifierState('AltGraph'))
  if (isChord) return false
  if (/^\p{L}$/u.test(keys)) return key.toLowerCase() === keys && !shiftKey
  return key === keys
}

/** A radio button or a checkbox is no place to type. */
function isTypedInto(target: EventTarget | null): boolean {
  const fields = 'textarea, select, input:not([type="checkbox"], [type="radio"])'
  return target instanceof HTMLElement && (target.isContentEditable || target.matches(fields))
}

/** Whether a dialog that keeps from the page is open, which does not hold the place. */
function isBehindDialog(place: Element | null | undefined): boolean {
  // The last one lies on top.
  const dialog = [...document.querySelectorAll('[aria-modal="true"]')].at(-1)
  return dialog !== undefined && !dialog.contains(place ?? null)
}

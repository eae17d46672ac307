/** Which keys mean a shortcut, on the keyboards of the world. */
import { expect, it } from 'vitest'
import { isPressed, type PressedKeys } from '../../src/web/shortcuts.ts'

function press(keys: Partial<Omit<PressedKeys, 'getModifierState'>>, isAltGr = false): PressedKeys {
  return {
    ...{ key: '', code: '', shiftKey: false, ctrlKey: false, altKey: false, metaKey: false },
    ...keys,
    getModifierState: (name) => name === 'AltGraph' && isAltGr,
  }
}

it.each([
  ['/', 'of an American keyboard', press({ key: '/', code: 'Slash' })],
  ['/', 'of a German keyboard', press({ key: '/', code: 'Digit7', shiftKey: true })],
  ['/', 'with AltGr', press({ key: '/', code: 'KeyQ' }, true)],
  ['/', 'with AltGr on Windows', press({ key: '/', ctrlKey: true, altKey: true }, true)],
  ['?', 'of an American keyboard', press({ key: '?', code: 'Slash', shiftKey: true })],
  ['?', 'of a key for it', press({ key: '?' })],
  ['t', 'alone', press({ key: 't', code: 'KeyT' })],
  ['t', 'with Caps Lock', press({ key: 'T', code: 'KeyT' })],
  ['Alt+Digit2', 'of a Mac', press({ key: '™', code: 'Digit2', altKey: true })],
  ['Alt+Digit2', 'of a French keyboard', press({ key: 'é', code: 'Digit2', altKey: true })],
])('%s is pressed: %s', (keys, _, event) => {
  expect(isPressed(keys, event)).toBe(true)
})

it.each([
  ['t', 'with Shift', press({ key: 'T', shiftKey: true })],
  ['t', 'with Ctrl', press({ key: 't', ctrlKey: true })],
  ['t', 'with Alt', press({ key: 't', altKey: true })],
  ['t', 'with the Mac’s command key', press({ key: 't', metaKey: true })],
  ['/', 'with Ctrl', press({ key: '/', ctrlKey: true })],
  ['?', 'with Ctrl and Shift', press({ key: '?', ctrlKey: true, shiftKey: true })],
  ['/', 'another character of that key', press({ key: '-', code: 'Slash' })],
  ['Alt+Digit2', 'without Alt', press({ key: '2', code: 'Digit2' })],
  ['Alt+Digit2', 'AltGr on Windows', press({ code: 'Digit2', ctrlKey: true, altKey: true }, true)],
  ['Alt+Digit2', 'with Shift', press({ code: 'Digit2', altKey: true, shiftKey: true })],
])('%s is not pressed: %s', (keys, _, event) => {
  expect(isPressed(keys, event)).toBe(false)
})

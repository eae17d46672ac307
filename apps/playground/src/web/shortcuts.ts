/** Keys that mean something on the page, wherever nobody types. */
import { type HotkeyItem, useHotkeys } from '@mantine/hooks'

/** As the kit's `useHotkeys`, but a radio button or a checkbox is no place to type. */
export function useShortcuts(items: readonly HotkeyItem[]): void {
  const everywhere = items.map(([keys, handle, options]): HotkeyItem => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTypedInto(event.target)) return
      event.preventDefault()
      handle(event)
    }
    return [keys, onKey, { ...options, preventDefault: false }]
  })
  useHotkeys(everywhere, [])
}

function isTypedInto(target: EventTarget | null): boolean {
  const fields = 'textarea, select, input:not([type="checkbox"], [type="radio"])'
  return target instanceof Element && target.matches(fields)
}

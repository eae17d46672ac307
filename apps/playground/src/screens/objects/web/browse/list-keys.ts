/** Keys that go through a list. */

/** Where a key leads from a place in a list of `count`. Undefined: it is no such key. */
export function placeAfter(
  key: string,
  place: number,
  { count, page }: { readonly count: number; readonly page: number },
): number | undefined {
  const to = ((): number | undefined => {
    switch (key) {
      case 'ArrowUp':
        return place - 1
      case 'ArrowDown':
        return place + 1
      case 'PageUp':
        return place - page
      case 'PageDown':
        return place + page
      case 'Home':
        return 0
      case 'End':
        return count - 1
      default:
        return undefined
    }
  })()
  return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to))
}

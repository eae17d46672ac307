import { NativeSelect, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { folderName, folderNameRule } from '../server/limits.ts'
import { placeText } from '../server/place-text.ts'
import type { Place } from '../server/wire.ts'

/** What is chosen: one of the places, or a store that is still to get its name. */
const newStore = 'new'

export interface PlaceFieldProps {
  readonly label: string
  readonly places: readonly Place[]
  readonly value: Place
  /** A store of another name may be made. */
  readonly hasNew: boolean
  readonly onChange: (place: Place) => void
}

/** Chooses a store, or names a new one. */
export function PlaceField({ label, places, value, hasNew, onChange }: PlaceFieldProps): ReactNode {
  const isKnown = places.some((place) => keyOf(place) === keyOf(value))
  const [isNaming, setNaming] = useState(false)
  const isNew = hasNew && (isNaming || !isKnown)
  const name = value.kind === 'folder' ? value.name : ''
  const isFault = isNew && name !== '' && !folderName.test(name)
  return (
    <>
      <NativeSelect
        size="sm"
        label={label}
        value={isNew ? newStore : keyOf(value)}
        data={[
          ...places.map((place) => ({ value: keyOf(place), label: capital(placeText(place)) })),
          ...(hasNew ? [{ value: newStore, label: 'A new store…' }] : []),
        ]}
        onChange={({ currentTarget: { value: key } }) => {
          setNaming(key === newStore)
          onChange(places.find((place) => keyOf(place) === key) ?? { kind: 'folder', name: '' })
        }}
      />
      {isNew ? (
        <TextInput
          size="sm"
          label="Name of the new store"
          description={folderNameRule}
          value={name}
          error={isFault ? 'No store can be called so.' : undefined}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          autoComplete="off"
          onChange={({ currentTarget }) => onChange({ kind: 'folder', name: currentTarget.value })}
        />
      ) : null}
    </>
  )
}

export function keyOf(place: Place): string {
  return place.kind === 'folder' ? `folder ${place.name}` : place.kind
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

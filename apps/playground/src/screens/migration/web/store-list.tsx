import { Box, Table, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { bytesText, countText } from '../../../web/amounts.ts'
import { answer } from '../../../web/api.ts'
import { ConfirmButton } from '../../../web/confirm-button.tsx'
import { placeText } from '../server/place-text.ts'
import type { StoreRow } from '../server/wire.ts'
import { removeStoreText } from './code.ts'
import { keyOf } from './place-field.tsx'
import { objectsText } from './texts.ts'
import type { Command } from './use-migration.ts'

/** The stores of this screen that have something in them, or a name. */
export function StoreList({
  stores,
  folder,
  isBusy,
  command,
}: {
  readonly stores: readonly StoreRow[]
  readonly folder: string
  readonly isBusy: boolean
  readonly command: Command
}): ReactNode {
  const rows = stores.filter(({ place, objects }) => place.kind === 'folder' || objects > 0)
  if (rows.length === 0) return null
  return (
    <Box component="section" aria-label="Stores of this screen">
      <Title order={3} size="h5">
        Stores of this screen
      </Title>
      <Text size="sm" c="dimmed">
        In the data folder, apart from the objects that the other screens show.
      </Text>
      <Table aria-label="Stores" verticalSpacing={4} tabularNums fz="sm" maw={560}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Store</Table.Th>
            <Table.Th ta="right">Objects</Table.Th>
            <Table.Th ta="right">Bytes</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ place, objects, bytes, isMore }) => (
            <Table.Tr key={keyOf(place)}>
              <Table.Td className="breakable">
                {place.kind === 'folder' ? place.name : placeText(place)}
              </Table.Td>
              <Table.Td ta="right">
                {isMore ? 'more than ' : ''}
                {countText(objects)}
              </Table.Td>
              <Table.Td ta="right">{bytesText(bytes)}</Table.Td>
              <Table.Td ta="right">
                <ConfirmButton
                  label="Delete"
                  name={`Delete ${placeText(place)}`}
                  question={`${objectsText(objects)} of ${placeText(place)} go for good.`}
                  isBusy={isBusy}
                  onConfirm={() =>
                    void command(removeStoreText(place, folder), (api) =>
                      answer(api.stores.delete.$post({ json: { place } })),
                    )
                  }
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  )
}

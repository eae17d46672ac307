import { Kbd, Modal, Table } from '@mantine/core'
import type { ReactNode } from 'react'

/** Keys that work on every screen, and those of lists. */
const shortcuts: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [['?'], 'show this list'],
  [['t'], 'open or close the trace of the last actions'],
  [['Alt', '1'], 'go to the first screen; 2 to the second, and so on'],
  [['/'], 'type in the filter of the list'],
  [['r'], 'read again what is stored'],
  [['↑', '↓'], 'go through a list, a tree or bytes'],
  [['PgUp', 'PgDn'], 'by pages'],
  [['Home', 'End'], 'to its ends'],
  [['Enter'], 'open what is marked'],
  [['Space'], 'select what is marked'],
  [['F2'], 'rename what is marked'],
  [['Delete'], 'delete what is selected or open'],
  [['Ctrl', 'Z'], 'take back the last change, as long as that is offered'],
  [['Esc'], 'close what is open'],
]

export default function ShortcutsDialog({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean
  readonly onClose: () => void
}): ReactNode {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title="Keyboard shortcuts"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Table>
        <Table.Tbody>
          {shortcuts.map(([keys, meaning]) => (
            <Table.Tr key={meaning}>
              <Table.Td w={130}>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{meaning}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  )
}

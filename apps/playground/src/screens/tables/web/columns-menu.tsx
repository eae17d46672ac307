/** Which properties are read: the service leaves the others where they are. */
import { Button, Checkbox, Group, Popover, ScrollArea, Stack, Text, TextInput } from '@mantine/core'
import { IconColumns3 } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { NameText } from '../../../web/name-text.tsx'

export function ColumnsMenu({
  names,
  select,
  onSelect,
}: {
  /** All that are known. */
  readonly names: readonly string[]
  /** Undefined: all there are. */
  readonly select: readonly string[] | undefined
  readonly onSelect: (select: readonly string[] | undefined) => void
}): ReactNode {
  const [typed, setTyped] = useState('')
  const shown = names.filter((name) => name.toLowerCase().includes(typed.toLowerCase()))
  const isSelected = (name: string): boolean => select === undefined || select.includes(name)
  const toggle = (name: string): void => {
    const now = select ?? names
    const next = now.includes(name) ? now.filter((each) => each !== name) : [...now, name]
    const isAll = names.every((each) => next.includes(each))
    onSelect(isAll ? undefined : names.filter((each) => next.includes(each)))
  }
  return (
    <Popover position="bottom-end" width={280} trapFocus withArrow shadow="md">
      <Popover.Target>
        <Button
          variant={select === undefined ? 'default' : 'light'}
          leftSection={<IconColumns3 size={16} />}
          px="sm"
        >
          {select === undefined ? 'Columns' : `${select.length} of ${names.length}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <Stack gap="xs">
          <Text size="xs" c="dimmed">
            Only these are read (<code>select</code>). Keys and time always come.
          </Text>
          {names.length > 10 ? (
            <TextInput
              size="xs"
              aria-label="Find a column"
              placeholder="Find"
              value={typed}
              onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            />
          ) : null}
          <ScrollArea.Autosize mah={320} type="auto">
            <Stack gap={6} p={2}>
              {shown.map((name) => (
                <Checkbox
                  key={name}
                  size="xs"
                  checked={isSelected(name)}
                  onChange={() => toggle(name)}
                  label={
                    <span className="breakable">
                      <NameText text={name} />
                    </span>
                  }
                />
              ))}
            </Stack>
          </ScrollArea.Autosize>
          <Group gap="xs">
            <Button
              size="compact-xs"
              variant="default"
              disabled={select === undefined}
              onClick={() => onSelect(undefined)}
            >
              All
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              disabled={select?.length === 0}
              onClick={() => onSelect([])}
            >
              None
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

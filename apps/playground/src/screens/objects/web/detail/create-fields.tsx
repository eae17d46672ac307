import { Autocomplete, Checkbox, Group, Input, SegmentedControl, TextInput } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import type { Language } from './editor/code-mirror.ts'

/** What is asked of a new object beside its content. */
export interface NewObject {
  readonly key: string
  readonly language: Language
  readonly contentType: string
  /** Each save of it is a version of its own. */
  readonly hasVersions: boolean
}

/** Types that one is likely to want; any other can be typed. */
const contentTypes: Readonly<Record<Language, readonly string[]>> = {
  json: ['application/json', 'application/ld+json', 'application/geo+json'],
  text: [
    'text/plain; charset=utf-8',
    'text/markdown',
    'text/csv',
    'text/html',
    'application/xml',
    'application/yaml',
    'application/x-ndjson',
  ],
}

/** The fields of {@link NewObject}. */
export function CreateFields({
  object: { key, language, contentType, hasVersions },
  keyFault,
  isFaultShown,
  onChange,
}: {
  readonly object: NewObject
  /** The rule that the key breaks, as the rest of a sentence. */
  readonly keyFault: string | undefined
  readonly isFaultShown: boolean
  readonly onChange: (change: Partial<NewObject>) => void
}): ReactNode {
  const kindId = useId()
  return (
    <>
      <TextInput
        label="Key"
        description="Segments joined by “/”, such as agent_configs/ceo."
        value={key}
        onChange={({ currentTarget }) => onChange({ key: currentTarget.value })}
        error={isFaultShown && keyFault !== undefined ? `The key ${keyFault}.` : undefined}
        classNames={{ input: 'mono' }}
        spellCheck={false}
        autoComplete="off"
        data-autofocus
      />
      <Group gap="md" align="flex-start">
        <Input.Wrapper label="Kind" labelElement="div" id={kindId}>
          <SegmentedControl
            aria-labelledby={`${kindId}-label`}
            display="flex"
            data={[
              { value: 'json', label: 'JSON' },
              { value: 'text', label: 'Text' },
            ]}
            value={language}
            onChange={(value) => {
              onChange({ language: value, contentType: contentTypes[value][0]! })
            }}
          />
        </Input.Wrapper>
        <Autocomplete
          label="Content type"
          data={[...contentTypes[language]]}
          // All choices stay in sight whatever stands in the field.
          filter={({ options }) => options}
          value={contentType}
          onChange={(value) => onChange({ contentType: value })}
          error={contentType.trim() === '' ? 'A content type is needed.' : undefined}
          flex={1}
          miw={220}
          comboboxProps={{ withinPortal: true }}
        />
      </Group>
      <Checkbox
        label="Keep versions"
        description="Stored as KEY/v1, KEY/v2, …; KEY/current points to the current one."
        checked={hasVersions}
        onChange={({ currentTarget }) => onChange({ hasVersions: currentTarget.checked })}
      />
    </>
  )
}

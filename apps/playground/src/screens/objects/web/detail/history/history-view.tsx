import { Badge } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useView } from '../../../../../web/view.ts'
import type { History } from '../../../server/wire.ts'
import { downloadText } from '../../code.ts'
import screen from '../../screen.ts'
import { CompareView, type Side } from '../compare/compare-view.tsx'
import { BusyButton } from '../extras/busy-button.tsx'
import { VersionLook } from '../extras/version-look.tsx'
import { compareText, loadVersionText } from './history-code.ts'
import { HistoryList } from './history-list.tsx'
import { rollBack } from './use-history.ts'

/** The versions of a value; one of them when it is looked at, or two that are compared. */
export function HistoryView({
  objectKey,
  history,
}: {
  readonly objectKey: string
  readonly history: History
}): ReactNode {
  const [view, setView] = useView(screen)
  const { key, current } = history
  const version = numberOf(view.version)
  const against = numberOf(view.against)
  const show = (chosen: { version?: string; against?: string }): void =>
    setView({ version: undefined, against: undefined, at: undefined, ...chosen })
  const compare = (left: number | string, right: number | string): void =>
    show({ version: String(left), against: String(right) })
  if (version === undefined) {
    return (
      <HistoryList
        objectKey={objectKey}
        onLook={(number) => show({ version: String(number) })}
        onCompare={compare}
        onNew={(from) => setView({ mode: 'version', panel: undefined, version: String(from) })}
      />
    )
  }
  if (against !== undefined) {
    const [left, right] = [sideOf(history, version), sideOf(history, against)]
    return (
      <CompareView
        sides={sidesOf(history, version, against)}
        left={left}
        right={right}
        text={compareText(
          `Compare versions ${version} and ${against} of ${key}`,
          left.key,
          right.key,
        )}
        onChoose={compare}
        onBack={() => show({})}
      />
    )
  }
  const { key: versionKey } = sideOf(history, version)
  return (
    <VersionLook
      key={version}
      version={{
        key: versionKey,
        id: undefined,
        title: `Version ${version}`,
        look: loadVersionText(key, version),
        download: downloadText(versionKey),
      }}
      onBack={() => show({})}
      onCompare={version === current ? undefined : () => compare(version, current)}
    >
      {version === current ? (
        <Badge variant="light" size="sm" tt="none">
          current
        </Badge>
      ) : (
        <BusyButton
          size="compact-sm"
          leftSection={<IconArrowBackUp size={14} />}
          work={async () => {
            if (await rollBack(key, version, current)) show({})
          }}
        >
          Make current
        </BusyButton>
      )}
    </VersionLook>
  )
}

/** A number in the address; undefined for what is none. */
export function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,15}$/.test(text) ? Number(text) : undefined
}

function sideOf({ key, current }: History, version: number): Side {
  const name = `Version ${version}${version === current ? ', current' : ''}`
  return { id: String(version), name, key: `${key}/v${version}` }
}

/** All that are listed; those that are chosen also when they are older. */
function sidesOf(history: History, ...chosen: readonly number[]): readonly Side[] {
  const numbers = new Set([...history.versions.map(({ version }) => version), ...chosen])
  return [...numbers].sort((a, b) => b - a).map((version) => sideOf(history, version))
}

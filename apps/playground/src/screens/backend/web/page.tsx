import { Tabs } from '@mantine/core'
import type { ComponentType, ReactNode } from 'react'
import { useView } from '../../../web/view.ts'
import { CapabilitiesSection } from './capabilities-section.tsx'
import { CompareSection } from './compare/compare-section.tsx'
import { ConformanceSection } from './conformance-section.tsx'
import { HealthSection } from './health-section.tsx'
import classes from './page.module.css'
import screen, { sections } from './screen.ts'
import { UsageSection } from './usage-section.tsx'
import { VerifySection } from './verify-section.tsx'

type SectionName = (typeof sections)[number]

const titles: Readonly<Record<SectionName, string>> = {
  capabilities: 'Capabilities',
  compare: 'Compare',
  health: 'Health',
  usage: 'Usage',
  verify: 'Verify',
  conformance: 'Conformance',
}

const contents: Readonly<Record<SectionName, ComponentType>> = {
  capabilities: CapabilitiesSection,
  compare: CompareSection,
  health: HealthSection,
  usage: UsageSection,
  verify: VerifySection,
  conformance: ConformanceSection,
}

/** A panel on the store: one section at a time. */
export default function BackendPage(): ReactNode {
  const [{ section = 'capabilities' }, setView] = useView(screen)
  return (
    <Tabs
      value={section}
      onChange={(value) => setView({ section: value as SectionName })}
      keepMounted={false}
      // Some sections begin to work when they are shown: passing by is no wish to see them.
      activateTabWithKeyboard={false}
      className={classes['page']}
    >
      <Tabs.List className={classes['tabs']} aria-label="Sections">
        {sections.map((name) => (
          <Tabs.Tab key={name} value={name}>
            {titles[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {sections.map((name) => {
        const Content = contents[name]
        return (
          <Tabs.Panel key={name} value={name} className={classes['panel']} tabIndex={0}>
            <Content />
          </Tabs.Panel>
        )
      })}
    </Tabs>
  )
}

/** How the page looks; light and dark come from the kit. */
import { createTheme, type CSSVariablesResolver, type MantineThemeOverride } from '@mantine/core'

export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'cyan',
  primaryShade: { light: 9, dark: 7 },
  autoContrast: true,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '600' },
  cursorType: 'pointer',
  components: {
    // The kit's own first place of the focus is nothing that a menu may have in it.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
  },
})

/** The kit's own grey for lesser text has too little contrast to be read (WCAG 2.2 AA: 4.5). */
export const variables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': colors.gray[7],
    '--mantine-color-placeholder': colors.gray[7],
    '--mantine-color-error': colors.red[9],
    '--mantine-color-orange-light-color': `color-mix(in srgb, ${colors.orange[9]} 75%, black)`,
    // Darker than the button, not lighter: white has to be read on it.
    '--mantine-color-cyan-filled-hover': `color-mix(in srgb, ${colors.cyan[9]} 85%, black)`,
  },
  dark: {
    '--mantine-color-dimmed': colors.dark[1],
    '--mantine-color-placeholder': colors.dark[1],
    '--mantine-color-error': colors.red[4],
    '--mantine-color-red-filled': colors.red[8],
    '--mantine-color-red-filled-hover': colors.red[9],
    // Dark enough for white on it, light enough to be told from the page.
    '--mantine-color-cyan-filled': `color-mix(in srgb, ${colors.cyan[8]} 95%, black)`,
    '--mantine-color-cyan-filled-hover': `color-mix(in srgb, ${colors.cyan[8]} 85%, black)`,
  },
})

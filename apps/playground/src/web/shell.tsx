import {
  ActionIcon,
  Alert,
  Anchor,
  AppShell,
  Burger,
  Group,
  NavLink,
  Text,
  Title,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core'
import { useDisclosure, useDocumentTitle, useMediaQuery } from '@mantine/hooks'
import {
  IconKeyboard,
  IconMoon,
  IconPlugConnectedX,
  IconSun,
  IconTimeline,
} from '@tabler/icons-react'
import { Link, Outlet, useLocation, useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, type ReactNode, type RefObject, Suspense, useEffect, useRef } from 'react'
import { useIsConnected } from './live.ts'
import { Notices } from './notices.tsx'
import { screens } from './screen.ts'
import classes from './shell.module.css'
import { type Shortcut, useShortcuts } from './shortcuts.ts'
import { useStorePlace } from './store-place.ts'

const headerHeight = 48

/** Loaded when they are first asked for. */
const ShortcutsDialog = lazy(() => import('./keyboard.tsx'))
const TraceAside = lazy(() => import('./trace-aside.tsx'))
const TraceDialog = lazy(() => import('./trace-dialog.tsx'))

/** What stands around every screen: navigation, colours, the trace drawer. */
export function Shell(): ReactNode {
  const [isMenuOpen, menu] = useDisclosure(false)
  const [areShortcutsOpen, shortcuts] = useDisclosure(false)
  const isWide = useMediaQuery('(min-width: 75em)', true, { getInitialValueInEffect: false })
  const { pathname } = useLocation()
  const screen = screens.find(({ name }) => pathname === `/${name}`)
  const { isTraced, setTraced } = useTrace()
  useDocumentTitle(screen ? `${screen.title} · aos-storage` : 'aos-storage playground')
  const trace = useRef<HTMLDivElement>(null)
  // Closed again, they stay for what they do as they close.
  const wasTraced = useRef(isTraced)
  wasTraced.current ||= isTraced
  const wereShortcutsOpen = useRef(false)
  wereShortcutsOpen.current ||= areShortcutsOpen
  const traceButton = useRef<HTMLButtonElement>(null)
  useShortcuts([
    ['?', shortcuts.open],
    // The key, whatever Alt makes of it: a Mac another sign, a French keyboard no digit at all.
    ...screens.map(({ name }, index): Shortcut => [
      `Alt+Digit${index + 1}`,
      () => document.getElementById(`nav-${name}`)?.click(),
    ]),
  ])
  // Where the drawer is a dialog, the key closes it all the same.
  useShortcuts([['t', () => setTraced(!isTraced)]], trace)
  const main = useFocusOnChange(pathname)
  return (
    <AppShell
      header={{ height: headerHeight }}
      navbar={{ width: 176, breakpoint: 'sm', collapsed: { mobile: !isMenuOpen } }}
      aside={{
        width: 400,
        breakpoint: 0,
        collapsed: { desktop: !(isTraced && isWide), mobile: !(isTraced && isWide) },
      }}
    >
      <a href="#main" className={classes['skip']}>
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="sm" gap="xs" wrap="nowrap" justify="space-between">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <Burger
              opened={isMenuOpen}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Navigation"
              aria-expanded={isMenuOpen}
            />
            <Title order={1} size="h5" className="clipped">
              aos-storage
              <Text span c="dimmed" fw={400} visibleFrom="sm">
                {' '}
                playground
              </Text>
            </Title>
          </Group>
          <Group gap={4} wrap="nowrap">
            <Place />
            <HeaderButton
              label="Trace of the last actions (t)"
              onClick={() => setTraced(!isTraced)}
              button={traceButton}
            >
              <IconTimeline size={20} />
            </HeaderButton>
            <HeaderButton label="Keyboard shortcuts (?)" onClick={shortcuts.open}>
              <IconKeyboard size={20} />
            </HeaderButton>
            <ColorSchemeButton />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar
        p="xs"
        aria-label="Screens"
        className={classes['screens']}
        data-open={isMenuOpen || undefined}
      >
        {screens.map(({ name, title, purpose, Icon }) => (
          <Tooltip key={name} label={purpose} position="right" openDelay={600} withArrow>
            <NavLink
              id={`nav-${name}`}
              label={title}
              leftSection={<Icon size={18} />}
              active={screen?.name === name}
              aria-current={screen?.name === name ? 'page' : undefined}
              onClick={menu.close}
              renderRoot={(props) => <Link {...props} {...({ to: `/${name}` } as object)} />}
            />
          </Tooltip>
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} ref={main} className={classes['main']}>
        <Disconnected />
        <Notices shown={screen?.name} />
        <Outlet />
      </AppShell.Main>
      {isWide
        ? // Closed, it would be a landmark with nothing in it.
          isTraced && (
            <Suspense fallback={null}>
              <TraceAside onClose={() => setTraced(false)} opener={traceButton} />
            </Suspense>
          )
        : wasTraced.current && (
            <Suspense fallback={null}>
              <TraceDialog isOpen={isTraced} onClose={() => setTraced(false)} box={trace} />
            </Suspense>
          )}
      {wereShortcutsOpen.current ? (
        <Suspense fallback={null}>
          <ShortcutsDialog isOpen={areShortcutsOpen} onClose={shortcuts.close} />
        </Suspense>
      ) : null}
    </AppShell>
  )
}

/** Whether the drawer is open stands in the address, on every screen. */
function useTrace(): { isTraced: boolean; setTraced: (value: boolean) => void } {
  const { trace }: { readonly trace?: boolean | undefined } = useSearch({ strict: false })
  const navigate = useNavigate()
  return {
    isTraced: trace === true,
    setTraced: (value) => {
      const search = (before: object): object => ({ ...before, trace: value || undefined })
      void navigate({ to: '.', search, replace: true } as never)
    },
  }
}

/** After a change of the screen the keyboard goes on from its beginning. */
function useFocusOnChange(pathname: string): RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null)
  const shown = useRef(pathname)
  useEffect(() => {
    if (shown.current !== pathname && shown.current !== '/') {
      main.current?.focus({ preventScroll: true })
    }
    shown.current = pathname
  }, [pathname])
  return main
}

/** What the stores are on, and the way to more of it. */
function Place(): ReactNode {
  const { header = 'on files' } = useStorePlace()
  return (
    <Anchor
      size="xs"
      c="dimmed"
      mr="xs"
      visibleFrom="sm"
      renderRoot={(props) => <Link {...props} {...({ to: '/backend' } as object)} />}
    >
      {header}
    </Anchor>
  )
}

function HeaderButton({
  label,
  onClick,
  button,
  children,
}: {
  readonly label: string
  readonly onClick: () => void
  readonly button?: RefObject<HTMLButtonElement | null> | undefined
  readonly children: ReactNode
}): ReactNode {
  return (
    <Tooltip label={label} withArrow>
      <ActionIcon
        ref={button}
        variant="subtle"
        color="gray"
        size="lg"
        onClick={onClick}
        aria-label={label}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  )
}

function ColorSchemeButton(): ReactNode {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  const other = scheme === 'light' ? 'dark' : 'light'
  return (
    <HeaderButton label={`Use ${other} colours`} onClick={() => setColorScheme(other)}>
      {scheme === 'light' ? <IconMoon size={20} /> : <IconSun size={20} />}
    </HeaderButton>
  )
}

function Disconnected(): ReactNode {
  if (useIsConnected()) return null
  return (
    <Alert
      color="orange"
      icon={<IconPlugConnectedX />}
      title="The playground does not answer"
      m="md"
    >
      What you see may be old. Start it again with <code>npm start</code>; this page goes on by
      itself.{' '}
      <Anchor inherit underline="always" href={globalThis.location.href}>
        Reload
      </Anchor>
    </Alert>
  )
}

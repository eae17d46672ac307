import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The page: `src/web/index.html`, with every screen's page, to `dist/web`. */
export default defineConfig({
  root: fileURLToPath(new URL('src/web/', import.meta.url)),
  base: '/',
  // Nothing comes from the environment, so that a build depends on the sources alone.
  envDir: false,
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('dist/web/', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // The first that know light-dark(): what it is lowered to for others follows no scheme here.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The policy of the page allows no data: URLs for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      output: {
        // By itself the bundler puts what the frame needs into one file for every set of screens
        // that need it too: with five screens forty small files, each compressed alone. What only
        // screens share stays a file for each set: joined, two of them would need each other.
        codeSplitting: {
          groups: [
            { name: 'frame', tags: ['$initial'], priority: 1 },
            {
              name: 'shared',
              minShareCount: 2,
              entriesAware: true,
            },
          ],
        },
      },
    },
  },
})

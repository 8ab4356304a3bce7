/** Debian's chromium, driven by playwright-core; tests that need it are skipped where there is none. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const executable =
  process.env.PIPE_CHROMIUM ??
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** For a test's `skip`: false where there is a browser. */
export const noChromium: string | false =
  executable === undefined ? 'no chromium on the PATH and no PIPE_CHROMIUM' : false;

export async function openBrowser(t: TestContext): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: executable ?? '', args: ['--no-sandbox'] });
  t.after(() => browser.close());
  return browser;
}

export interface Watched {
  readonly page: Page;
  /** Errors and warnings of its console, and exceptions. */
  readonly complaints: string[];
  /** Everything that it asked for beside itself. */
  readonly requests: string[];
}

export async function openPage(
  browser: Browser,
  file: string,
  options: { readonly width?: number; readonly dark?: boolean; readonly javaScript?: boolean } = {},
): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    javaScriptEnabled: options.javaScript ?? true,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('data:') && request.url() !== page.url()) requests.push(request.url());
  });
  await page.goto(`file://${file}`);
  requests.splice(0, 1);
  return { page, complaints, requests };
}

import MarkdownIt from 'markdown-it';

/**
 * The user's own Markdown (CommonMark and tables) as HTML. HTML in it is shown as text; links lead only where markdown-it's
 * own check lets them; pictures become their description, because the page asks nothing from anywhere.
 */
export function renderMarkdown(text: string): string {
  const markdown = new MarkdownIt({ html: false, linkify: false }).disable('image');
  // What may scroll has to be reached with the keyboard.
  return markdown.render(text).replaceAll('<pre>', '<pre tabindex="0">');
}

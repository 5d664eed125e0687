import type { AttachmentDto } from '../messages/sending.dto.js';
import { parseLink } from './links.js';
import { readHead } from './page-head.js';
import type { FetchedPage } from './page-client.js';
import { decodePage } from './page-text.js';

const TITLE_CHARS = 300;
const DESCRIPTION_CHARS = 1_000;
const SITE_NAME_CHARS = 100;

/** What is shown of a link. @returns null for a page without a title, which says nothing of itself */
export function previewOf(link: string, page: FetchedPage): AttachmentDto | null {
  const common = { type: 'link', url: link, name: null, size: null };
  if (page.kind === 'image') return { ...common, mime_type: page.mimeType, image_url: link, preview: true };
  const head = readHead(decodePage(page.body, page.contentType));
  const title = oneLine(head.title, TITLE_CHARS);
  if (title === null) return null;
  const description = oneLine(head.description, DESCRIPTION_CHARS);
  const site_name = oneLine(head.site_name, SITE_NAME_CHARS);
  const image_url = head.image === null ? null : (parseLink(head.image.trim(), page.url)?.href ?? null);
  return {
    ...common,
    mime_type: null,
    title,
    ...(description !== null && { description }),
    ...(image_url !== null && { image_url }),
    ...(site_name !== null && { site_name }),
    preview: true,
  };
}

/** Without controls, also those that turn the direction of what follows; a long one is cut, which shows. */
function oneLine(text: string | null, max: number): string | null {
  const line = (text ?? '')
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll(/[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .trim();
  const characters = Array.from(line);
  if (characters.length <= max) return line === '' ? null : line;
  return `${characters
    .slice(0, max - 1)
    .join('')
    .trimEnd()}…`;
}

// Two people in the web chat, by their own hands: what they write, react to and answer in a thread.
const log = (page) => page.getByRole('log', { name: /^Messages in/ });
const message = (page, text) => log(page).getByRole('article').filter({ hasText: text });
const thread = (page) => page.getByRole('region', { name: 'Thread' });

async function enter(page, name) {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Get in' }).click();
  await page.getByRole('region', { name: 'Conversations' }).or(log(page)).first().waitFor();
}

async function write(page, text) {
  const field = page.getByRole('textbox', { name: /^Message/ });
  await field.fill(text);
  await field.press('Enter');
}

/** By the keyboard: on a phone nothing can be pointed at. */
async function act(row, action) {
  await row.focus();
  await row.getByRole('button', { name: action, exact: true }).press('Enter');
}

const LINES = [
  ['mine', 'The new release goes out at three. Is everything ready?'],
  ['theirs', 'The notes are written: https://example.com/notes'],
  ['theirs', 'Only the picture of the team is missing.'],
  ['mine', 'I will take it after lunch.'],
  ['theirs', 'Then see you on the roof ☀️'],
];

/**
 * A conversation with reactions and, last, a message that was refused.
 * @param mine the window that the picture is taken of @param call as the client, of apiOf @param name of the room, in part
 */
export async function converse(mine, theirs, call, name) {
  await enter(mine, 'Ada');
  await enter(theirs, 'Grace');
  const room = { room_type: 'group', name: `Release, ${name}`, members: ['ada', 'grace'] };
  const { id } = await call('POST', '/rooms', room);
  for (const page of [mine, theirs]) {
    await page.goto(`/chat/rooms/${id}`);
    await page.getByRole('textbox', { name: /^Message/ }).waitFor();
  }
  const windows = { mine, theirs };
  for (const [who, text] of LINES) {
    await write(windows[who], text);
    for (const page of [mine, theirs]) await message(page, text).getByText('Sending …').waitFor({ state: 'hidden' });
    for (const page of [mine, theirs]) await message(page, text).waitFor();
  }
  await act(message(theirs, 'at three'), 'Agreed');
  await act(message(mine, 'on the roof'), 'Heart');
  await act(message(theirs, 'on the roof'), 'Heart');
  // In a frozen room nobody reacts either.
  await message(mine, 'on the roof')
    .getByRole('button', { name: /, 2 reactions/ })
    .waitFor();
  await message(mine, 'at three')
    .getByRole('button', { name: /, 1 reaction/ })
    .waitFor();
  await call('POST', `/rooms/${id}/freeze`, {});
  await write(mine, 'Shall I bring the cake?');
  await message(mine, 'the cake')
    .getByText(/^Not sent/)
    .waitFor();
  await call('POST', `/rooms/${id}/unfreeze`, {});
}

/** The thread of one of its messages, open in both windows. */
export async function converseInThread(mine, theirs) {
  await act(message(mine, 'is missing'), 'Reply in thread');
  const field = (page) => thread(page).getByRole('textbox', { name: 'Reply' });
  const reply = async (page, text) => {
    await field(page).fill(text);
    await field(page).press('Enter');
  };
  await reply(mine, 'Who has the camera?');
  await act(message(theirs, 'is missing'), 'Reply in thread');
  await reply(theirs, 'I do, and it is charged.');
  await thread(mine).getByRole('article').filter({ hasText: 'charged' }).waitFor();
}

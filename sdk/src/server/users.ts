import type { operations } from '../generated/rest.js';
import type { List } from '../pages.js';
import type { Schemas } from '../types.js';
import { methods } from './calls.js';
import type { CallOptions, Query } from './calls.js';

/** The client's end users, and their keys. */
export interface Users {
  /** Makes the user, or changes the given fields. */
  put(userId: string, body?: Schemas['PutUser'], options?: CallOptions): Promise<Schemas['User']>;

  /** Makes or changes up to 100 users; each has its own result. */
  putMany(body: Schemas['PutUsers'], options?: CallOptions): Promise<Schemas['PutUsersAnswer']>;

  /** One user. */
  get(userId: string, options?: CallOptions): Promise<Schemas['User']>;

  /** All users. */
  list(query?: Query<operations['users_list']>, options?: CallOptions): List<Schemas['User']>;

  /**
   * Logs the user in, making it when it is new: the answer's `api_key` is for its app. Earlier login keys of the user (with
   * `device_id`: of that device) end, at once or after `overlap_s`.
   */
  login(
    userId: string,
    body?: Omit<Schemas['Login'], 'user_id'>,
    options?: CallOptions,
  ): Promise<Schemas['LoginAnswer']>;

  /** Ends the user's login keys, or those of one device, and closes their sockets. */
  logout(
    userId: string,
    body?: Omit<Schemas['Logout'], 'user_id'>,
    options?: CallOptions,
  ): Promise<Schemas['LogoutAnswer']>;

  /** Bans the user everywhere, for a time or for good. */
  ban(userId: string, body?: Schemas['BanUser'], options?: CallOptions): Promise<Schemas['User']>;

  /** Lifts the ban. */
  unban(userId: string, options?: CallOptions): Promise<void>;

  /** What the user wants no notifications of. */
  optOuts(userId: string, options?: CallOptions): Promise<Schemas['UserOptOuts']>;

  /** Sets what the user wants no notifications of. */
  setOptOuts(userId: string, body: Schemas['OptOuts'], options?: CallOptions): Promise<Schemas['UserOptOuts']>;
}

export const users = methods<Users>()({
  put: 'PUT /users/{user_id} +',
  putMany: 'POST /users/batch +',
  get: 'GET /users/{user_id}',
  list: 'GET /users *',
  login: 'POST /auth/login user_id+',
  logout: 'POST /auth/logout user_id+',
  ban: 'PUT /users/{user_id}/ban +',
  unban: 'DELETE /users/{user_id}/ban',
  optOuts: 'GET /users/{user_id}/opt-outs',
  setOptOuts: 'PUT /users/{user_id}/opt-outs +',
});

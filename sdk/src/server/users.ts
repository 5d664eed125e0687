import type { operations } from '../generated/rest.js';
import type { List } from '../pages.js';
import type { Schemas } from '../types.js';
import { Calls, dataOf, init, listOf, at } from './calls.js';
import type { CallOptions, Query } from './calls.js';

/** The client's end users, and their keys. */
export class Users extends Calls {
  /** Makes the user, or changes the given fields. */
  put(userId: string, body: Schemas['PutUser'] = {}, options?: CallOptions): Promise<Schemas['User']> {
    return dataOf(
      this.http.PUT('/api/v1/users/{user_id}', { params: { path: { user_id: userId } }, body, ...init(options) }),
    );
  }

  /** Makes or changes up to 100 users; each has its own result. */
  putMany(body: Schemas['PutUsers'], options?: CallOptions): Promise<Schemas['PutUsersAnswer']> {
    return dataOf(this.http.POST('/api/v1/users/batch', { body, ...init(options) }));
  }

  /** One user. */
  get(userId: string, options?: CallOptions): Promise<Schemas['User']> {
    return dataOf(
      this.http.GET('/api/v1/users/{user_id}', { params: { path: { user_id: userId } }, ...init(options) }),
    );
  }

  /** All users. */
  list(query: Query<operations['users_list']> = {}, options?: CallOptions): List<Schemas['User']> {
    return listOf(
      (cursor, init) => this.http.GET('/api/v1/users', { params: { query: at(query, cursor) }, ...init }),
      options,
    );
  }

  /**
   * Logs the user in, making it when it is new: the answer's `api_key` is for its app. Earlier login keys of the user (with
   * `device_id`: of that device) end, at once or after `overlap_s`.
   */
  login(
    userId: string,
    body: Omit<Schemas['Login'], 'user_id'> = {},
    options?: CallOptions,
  ): Promise<Schemas['LoginAnswer']> {
    return dataOf(this.http.POST('/api/v1/auth/login', { body: { ...body, user_id: userId }, ...init(options) }));
  }

  /** Ends the user's login keys, or those of one device, and closes their sockets. */
  logout(
    userId: string,
    body: Omit<Schemas['Logout'], 'user_id'> = {},
    options?: CallOptions,
  ): Promise<Schemas['LogoutAnswer']> {
    return dataOf(this.http.POST('/api/v1/auth/logout', { body: { ...body, user_id: userId }, ...init(options) }));
  }

  /** Bans the user everywhere, for a time or for good. */
  ban(userId: string, body: Schemas['BanUser'] = {}, options?: CallOptions): Promise<Schemas['User']> {
    return dataOf(
      this.http.PUT('/api/v1/users/{user_id}/ban', { params: { path: { user_id: userId } }, body, ...init(options) }),
    );
  }

  /** Lifts the ban. */
  unban(userId: string, options?: CallOptions): Promise<void> {
    return dataOf(
      this.http.DELETE('/api/v1/users/{user_id}/ban', { params: { path: { user_id: userId } }, ...init(options) }),
    );
  }

  /** What the user wants no notifications of. */
  optOuts(userId: string, options?: CallOptions): Promise<Schemas['UserOptOuts']> {
    return dataOf(
      this.http.GET('/api/v1/users/{user_id}/opt-outs', { params: { path: { user_id: userId } }, ...init(options) }),
    );
  }

  /** Sets what the user wants no notifications of. */
  setOptOuts(userId: string, body: Schemas['OptOuts'], options?: CallOptions): Promise<Schemas['UserOptOuts']> {
    return dataOf(
      this.http.PUT('/api/v1/users/{user_id}/opt-outs', {
        params: { path: { user_id: userId } },
        body,
        ...init(options),
      }),
    );
  }
}

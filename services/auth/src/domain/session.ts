/** Session is one sign-in, on one device, for as long as it is renewed. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
  /** When its newest refresh token runs out. */
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

/** RefreshToken is what is kept of a refresh token. A used one is remembered, to notice that it comes again. */
export interface RefreshToken {
  /** SHA-256 of the token: who reads the table cannot use what is in it. */
  readonly hash: string;
  readonly sessionId: string;
  readonly givenAt: Date;
  readonly usedAt: Date | null;
}

/** Started is a session together with the token that will renew it. */
export interface Started {
  readonly session: Session;
  readonly token: RefreshToken;
}

/** Renewal is what becomes of a session whose refresh token was shown. */
export interface Renewal {
  readonly session: Session;
  /** The token that takes the place of the one shown; without it the session is over. */
  readonly token?: RefreshToken;
}

/** start begins a session with its first token. */
export function start(facts: {
  token: { hash: string; sessionId: string };
  userId: string;
  lifeMs: number;
  at: Date;
}): Started {
  const {
    token: { hash, sessionId },
    userId,
    lifeMs,
    at,
  } = facts;
  return {
    session: { id: sessionId, userId, createdAt: at, expiresAt: new Date(at.getTime() + lifeMs), endedAt: null },
    token: { hash, sessionId, givenAt: at, usedAt: null },
  };
}

/**
 * renew trades a session's refresh token for the one with `hash`. A token that was used before ends the
 * session: one of the two who used it, its owner or a thief, should not have it.
 */
export function renew(session: Session, used: RefreshToken, next: { hash: string; lifeMs: number; at: Date }): Renewal {
  if (isOver(session, next.at)) return { session };
  if (used.usedAt !== null) return { session: end(session, next.at) };
  return {
    session: { ...session, expiresAt: new Date(next.at.getTime() + next.lifeMs) },
    token: { hash: next.hash, sessionId: session.id, givenAt: next.at, usedAt: null },
  };
}

/** end ends a session; a second end changes nothing. */
export function end(session: Session, at: Date): Session {
  return session.endedAt === null ? { ...session, endedAt: at } : session;
}

function isOver(session: Session, at: Date): boolean {
  return session.endedAt !== null || session.expiresAt.getTime() <= at.getTime();
}

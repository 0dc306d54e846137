// Bounds of the wire; docs/PROTOCOL.md section 9 has them, and a test compares.

export const limits = {
  MaxClientMessage: 1024,
  MaxInputs: 32,
  MaxInputValues: 32,
  MaxCommands: 16,
  MaxCommand: 256,
  MaxChat: 240,
  MaxSeen: 8192,
  MaxServerMessage: 4194304,
  MaxNotices: 64,
  MaxGroups: 4096,
} as const;

/** The WebSocket subprotocol: the version of everything on the wire. */
export const subprotocol = "metronome.v1";

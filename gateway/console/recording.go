package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"connectrpc.com/connect"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// recordingTime is how long a recording may take to leave. Threat: a client
// that holds the file open.
const recordingTime = 10 * time.Minute

// errNoRecording is of a file that nobody may have, or that is not there any more.
var errNoRecording = connect.NewError(connect.CodeNotFound, errors.New("there is no such recording any more"))

// Recording opens what is recorded of a room that is open, so far, or the file of one
// that has ended, for an operator of any node. The caller closes file. Errors:
// *connect.Error.
func (c *Console) Recording(ctx context.Context, m *pb.ReadRecordingRequest) (file io.ReadCloser, name string, bytes int64, err error) {
	on := m.GetRoom()
	if name = m.GetFile(); name != "" {
		on = name
		file, bytes, err = c.endedRecording(name)
	} else if target, failed := c.find(m.GetRoom()); failed != nil {
		err = failed
	} else {
		file, name, bytes, err = target.Recording()
	}
	if m.GetAsked() != "" {
		ctx = context.WithValue(ctx, callerKey{}, caller{m.GetRemote(), m.GetAsked()})
	}
	c.note(ctx, "download recording", on, fmt.Sprintf("%d bytes", bytes), err)
	if err != nil {
		return nil, "", 0, codeFor(err)
	}
	return file, name, bytes, nil
}

// endedRecording opens a file that the list of ended rooms names, and no other.
func (c *Console) endedRecording(name string) (io.ReadCloser, int64, error) {
	for _, e := range c.Events.Ended() {
		if e.Recording == name && c.OpenRecording != nil {
			file, bytes, err := c.OpenRecording(name)
			if err != nil {
				return nil, 0, errNoRecording
			}
			return file, bytes, nil
		}
	}
	return nil, 0, errNoRecording
}

// recording sends a recording, of this node or another.
func (c *Console) recording(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{})
	_ = control.SetWriteDeadline(time.Now().Add(recordingTime))
	begin := func(name string, bytes int64) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.FormatInt(bytes, 10))
		w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	}
	ctx, cancel := context.WithTimeout(r.Context(), recordingTime)
	defer cancel()
	ctx, who := c.callerOf(ctx, r.RemoteAddr)
	m := &pb.ReadRecordingRequest{Room: r.PathValue("room"), File: r.URL.Query().Get("file"), Remote: who.remote, Asked: who.node}
	if id := r.URL.Query().Get("node"); !c.here(id) {
		begun := false
		other, err := c.nodeBy(ctx, id)
		if err == nil {
			err = c.Cluster.Recording(ctx, other, m, func(name string, bytes int64) { begun = true; begin(name, bytes) }, w)
		}
		if err != nil && !begun {
			_ = connect.NewErrorWriter().Write(w, r, codeFor(err))
		}
		return
	}
	file, name, bytes, err := c.Recording(ctx, m)
	if err != nil {
		_ = connect.NewErrorWriter().Write(w, r, err)
		return
	}
	defer func() { _ = file.Close() }()
	begin(name, bytes)
	_, _ = io.Copy(w, file) // who does not take it has seen that it is cut off
}

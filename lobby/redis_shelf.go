package lobby

import "context"

func (d *redisDirectory) keep(ctx context.Context, a keepArgs) (current string, kept bool, err error) {
	answer, err := d.run(ctx, keepScript, a.shelf, a.key, a.document, a.ttl.Milliseconds(), flag(a.fresh), a.was, a.most, flag(a.evict))
	if err != nil {
		return "", false, err
	}
	if len(answer) != 2 {
		return "", false, malformed("document", answer)
	}
	current, _ = answer[1].(string)
	return current, answer[0] == "1", nil
}

func (d *redisDirectory) shelf(ctx context.Context, name string, known uint64) (documents map[string]string, rev uint64, err error) {
	answer, err := d.run(ctx, shelfScript, name, known)
	if err != nil {
		return nil, 0, err
	}
	if len(answer) != 2 {
		return nil, 0, malformed("shelf", answer)
	}
	n, ok := number(answer[0])
	if !ok {
		return nil, 0, malformed("shelf", answer)
	}
	if uint64(n) == known {
		return nil, known, nil
	}
	documents = map[string]string{}
	flat := texts(answer[1])
	for i := 0; i+1 < len(flat); i += 2 {
		documents[flat[i]] = flat[i+1]
	}
	return documents, uint64(n), nil
}

func (d *redisDirectory) fetch(ctx context.Context, shelf, key string) (string, error) {
	answer, err := d.run(ctx, fetchScript, shelf, key)
	if err != nil {
		return "", err
	}
	if len(answer) != 1 {
		return "", malformed("document", answer)
	}
	document, _ := answer[0].(string)
	return document, nil
}

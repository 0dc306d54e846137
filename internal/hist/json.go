package hist

import (
	"encoding/json"
	"fmt"
)

// MarshalJSON writes the buckets in use: [[bucket, count], …].
func (c Counts) MarshalJSON() ([]byte, error) {
	pairs := [][2]uint64{}
	for i, n := range c {
		if n > 0 {
			pairs = append(pairs, [2]uint64{uint64(i), n})
		}
	}
	return json.Marshal(pairs)
}

// UnmarshalJSON reads what MarshalJSON wrote. Errors: a bucket that there is not.
func (c *Counts) UnmarshalJSON(b []byte) error {
	var pairs [][2]uint64
	if err := json.Unmarshal(b, &pairs); err != nil {
		return err
	}
	*c = (*c)[:0]
	for _, p := range pairs {
		if p[0] >= buckets {
			return fmt.Errorf("histogram bucket %d, there are %d", p[0], buckets)
		}
		for uint64(len(*c)) <= p[0] {
			*c = append(*c, 0)
		}
		(*c)[p[0]] = p[1]
	}
	return nil
}

// Has tessera's fsck look at the log that a running hub serves: checkpoint, and every tile.
//
// It reads a docket as JSON from standard input and answers with why the log is refused; an empty
// answer means that it is in order. The hub serves no entries, because they are records about
// children, so their leaf hashes come from a file.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
)

const (
	hashSize    = 32
	bundleWidth = 256
)

type docket struct {
	Verifier string `json:"verifier"`
	URL      string `json:"url"` // of the log, with a slash at its end
	Token    string `json:"token"`
	Leaves   string `json:"leaves"`
}

// served reads the log over HTTP, and leaf hashes in the place of entries.
type served struct {
	*client.HTTPFetcher
	leaves []byte
}

func (s served) ReadEntryBundle(_ context.Context, index uint64, partial uint8) ([]byte, error) {
	width := uint64(partial)
	if width == 0 {
		width = bundleWidth
	}
	first := index * bundleWidth * hashSize
	last := first + width*hashSize
	if last > uint64(len(s.leaves)) {
		return nil, errors.New("there are not so many records")
	}
	return s.leaves[first:last], nil
}

func split(bundle []byte) ([][]byte, error) {
	var found [][]byte
	for ; len(bundle) >= hashSize; bundle = bundle[hashSize:] {
		found = append(found, bundle[:hashSize])
	}
	return found, nil
}

func inspect(asked docket) error {
	verifier, err := note.NewVerifier(asked.Verifier)
	if err != nil {
		return err
	}
	where, err := url.Parse(asked.URL)
	if err != nil {
		return err
	}
	fetcher, err := client.NewHTTPFetcher(where, nil)
	if err != nil {
		return err
	}
	fetcher.SetAuthorizationHeader("Bearer " + asked.Token)
	leaves, err := os.ReadFile(asked.Leaves)
	if err != nil {
		return err
	}
	log := served{HTTPFetcher: fetcher, leaves: leaves}
	return fsck.New(verifier.Name(), verifier, log, split, fsck.Opts{N: 2}).Check(context.Background())
}

func main() {
	var asked docket
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := inspect(asked); err != nil {
		fmt.Println(err)
	}
}

// Judges notes, tiles and proofs with the packages that Go's own checksum database runs on.
//
// It reads a docket as JSON from standard input and answers with one line of JSON for each case:
// its name, and why it is refused; an empty reason means that it is accepted.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A case is one thing to accept or refuse. The records of every tree are the positions from 1,
// as eight bytes, big-endian, unless the docket names a file with their leaf hashes.
type docketCase struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Note    string   `json:"note"`    // the checkpoint, for growth the newer one
	Old     string   `json:"old"`     // growth: the older checkpoint
	Proof   []string `json:"proof"`   // growth: the consistency proof
	Folder  string   `json:"folder"`  // tiles: where they lie under their C2SP names
	Receipt string   `json:"receipt"` // receipt: the C2SP tlog-proof
	Record  int64    `json:"record"`  // receipt: the position that it should be for
}

type docket struct {
	Verifier string       `json:"verifier"`
	Signer   string       `json:"signer"`
	Leaves   string       `json:"leaves"` // a file of leaf hashes, one behind the other
	Cases    []docketCase `json:"cases"`
}

type verdict struct {
	Name    string `json:"name"`
	Refused string `json:"refused"`
}

type judge struct {
	verifier note.Verifier
	signer   note.Signer
	leaves   []byte
	hashes   memory
	records  int64
}

// memory is a tree that Go grows by itself, record by record.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, 0, len(indexes))
	for _, index := range indexes {
		if index < 0 || index >= int64(len(m)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found = append(found, m[index])
	}
	return found, nil
}

func main() {
	var asked docket
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fail(err)
	}
	verifier, err := note.NewVerifier(asked.Verifier)
	if err != nil {
		fail(err)
	}
	signer, err := note.NewSigner(asked.Signer)
	if err != nil {
		fail(err)
	}
	sitting := &judge{verifier: verifier, signer: signer}
	if asked.Leaves != "" {
		if sitting.leaves, err = os.ReadFile(asked.Leaves); err != nil {
			fail(err)
		}
	}
	answers := json.NewEncoder(os.Stdout)
	for _, one := range asked.Cases {
		answer := verdict{Name: one.Name}
		if err := sitting.hear(one); err != nil {
			answer.Refused = err.Error()
			if answer.Refused == "" {
				answer.Refused = "refused"
			}
		}
		if err := answers.Encode(answer); err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}

func (j *judge) hear(one docketCase) error {
	tree, err := j.open(one.Note)
	if err != nil {
		return err
	}
	switch one.Kind {
	case "checkpoint":
		return j.checkRoot(one.Note, tree)
	case "tiles":
		return j.checkTiles(tree, one.Folder)
	case "receipt":
		return j.checkReceipt(one, tree)
	case "growth":
		return j.checkGrowth(one, tree)
	}
	return fmt.Errorf("no such kind of case: %s", one.Kind)
}

// open gives the tree that a checkpoint names, after checking that the log signed it.
func (j *judge) open(message string) (tlog.Tree, error) {
	opened, err := note.Open([]byte(message), note.VerifierList(j.verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin := j.verifier.Name() + "\n"
	if !strings.HasPrefix(opened.Text, origin) {
		return tlog.Tree{}, errors.New("the checkpoint is of another log")
	}
	// Go's parser knows one origin only.
	text := "go.sum database tree\n" + strings.TrimPrefix(opened.Text, origin)
	tree, err := tlog.ParseTree([]byte(text))
	if err != nil {
		return tlog.Tree{}, err
	}
	if !bytes.Equal(tlog.FormatTree(tree), []byte(text)) {
		return tlog.Tree{}, errors.New("the checkpoint is not spelled as Go spells it")
	}
	return tree, nil
}

// checkRoot compares a checkpoint with the one that Go makes of the same records and key.
func (j *judge) checkRoot(message string, tree tlog.Tree) error {
	for ; j.records < tree.N; j.records++ {
		leaf, err := j.leaf(j.records + 1)
		if err != nil {
			return err
		}
		added, err := tlog.StoredHashesForRecordHash(j.records, leaf, j.hashes)
		if err != nil {
			return err
		}
		j.hashes = append(j.hashes, added...)
	}
	root, err := tlog.TreeHash(tree.N, j.hashes)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("the root is not that of the records")
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", j.signer.Name(), tree.N, root)
	signed, err := note.Sign(&note.Note{Text: text}, j.signer)
	if err != nil {
		return err
	}
	if string(signed) != message {
		return errors.New("Go signs the same checkpoint in other bytes")
	}
	return nil
}

// leaf gives the hash that the record at a position must have.
func (j *judge) leaf(position int64) (tlog.Hash, error) {
	if j.leaves == nil {
		content := make([]byte, 8)
		binary.BigEndian.PutUint64(content, uint64(position))
		return tlog.RecordHash(content), nil
	}
	var hash tlog.Hash
	if position < 1 || position > int64(len(j.leaves))/tlog.HashSize {
		return hash, fmt.Errorf("there is no record %d", position)
	}
	copy(hash[:], j.leaves[(position-1)*tlog.HashSize:])
	return hash, nil
}

// folder reads tiles from files; Go names a tile by its height, too, and C2SP does not.
type folder string

func (f folder) Height() int { return 8 }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		content, err := os.ReadFile(filepath.Join(string(f), filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		if len(content) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", path, len(content))
		}
		found = append(found, content)
	}
	return found, nil
}

// checkTiles reads every leaf out of the tiles, each tile authenticated against the root.
func (j *judge) checkTiles(tree tlog.Tree, path string) error {
	reader := tlog.TileHashReader(tree, folder(path))
	const step = 4096
	for first := int64(0); first < tree.N; first += step {
		var indexes []int64
		for leaf := first; leaf < tree.N && leaf < first+step; leaf++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, leaf))
		}
		leaves, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for offset, leaf := range leaves {
			expected, err := j.leaf(first + int64(offset) + 1)
			if err != nil {
				return err
			}
			if leaf != expected {
				return fmt.Errorf("leaf %d is not its record's", first+int64(offset))
			}
		}
	}
	return nil
}

func (j *judge) checkReceipt(one docketCase, tree tlog.Tree) error {
	lines := strings.Split(strings.TrimSuffix(one.Receipt, "\n\n"+one.Note), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasSuffix(one.Receipt, "\n\n"+one.Note) {
		return errors.New("the receipt is not a tlog-proof with this checkpoint")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("the receipt has no index")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return err
	}
	proof, err := hashes(lines[1:])
	if err != nil {
		return err
	}
	leaf, err := j.leaf(one.Record)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf)
}

func (j *judge) checkGrowth(one docketCase, tree tlog.Tree) error {
	old, err := j.open(one.Old)
	if err != nil {
		return err
	}
	proof, err := hashes(one.Proof)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

func hashes(lines []string) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, line := range lines {
		decoded, err := base64.StdEncoding.DecodeString(line)
		if err != nil {
			return nil, err
		}
		if len(decoded) != tlog.HashSize {
			return nil, errors.New("a hash has another length than 32 bytes")
		}
		var hash tlog.Hash
		copy(hash[:], decoded)
		found = append(found, hash)
	}
	return found, nil
}

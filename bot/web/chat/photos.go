package chat

import (
	"context"
	"net/http"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/photo"
	"xiaoer/bot/web/throttle"
)

// photo is how a photo of the page's name is kept: its id can be guessed by nobody who does not know the name and whose it is.
func (k *call) photo(name string) photo.Photo {
	return photo.Photo{Shop: k.id, Kind: photo.Guarded, ID: keyed("photo", k.id, k.who.Key, name), Buyer: k.who.Buyer.ID}
}

// putPhoto keeps a photo under the page's own name for it, once.
func (c *Chat) putPhoto(k *call) error {
	name := k.r.PathValue("name")
	if !clientID.MatchString(name) {
		return refuse(http.StatusBadRequest, "malformed")
	}
	p := k.photo(name)
	told := map[string]any{"url": photoPath(k.id, p.ID)}
	if has, err := c.Photos.Has(k.r.Context(), p); has || err != nil {
		if err != nil {
			return err
		}
		return answer(k.w, told)
	}
	if err := c.paced(k, c.held.photos, c.held.photosOfAddress); err != nil {
		return err
	}
	picture, err := c.Photos.Receive(k.w, k.r, throttle.Address(k.r))
	if err != nil {
		return err
	}
	if err := c.Photos.Add(k.r.Context(), p, picture); err != nil {
		return err
	}
	return answer(k.w, told)
}

// sentPhoto is the address of a photo that this buyer has sent. From now on it is kept as long as the message that names it.
func (c *Chat) sentPhoto(ctx context.Context, k *call, name string) (string, error) {
	p := k.photo(name)
	if err := c.Photos.Use(ctx, p); err != nil {
		return "", err
	}
	return photoPath(k.id, p.ID), nil
}

// getPhoto shows a photo to the buyer whose it is, and to those who work in the shop. To others there is none.
func (c *Chat) getPhoto(k *call) error {
	if err := take(c.held.reads, throttle.Address(k.r)); err != nil {
		return err
	}
	p := photo.Photo{Shop: k.id, Kind: photo.Guarded, ID: k.r.PathValue("photo")}
	if !photoName.MatchString(p.ID) {
		return refuse(http.StatusNotFound, "no-photo")
	}
	return c.Photos.Show(k.w, k.r, p, func(buyer string) bool { return c.maySee(k, buyer) })
}

func (c *Chat) maySee(k *call, buyer string) bool {
	if person, ok := page.Who(k.r); ok && person.In(k.id).Covers(desk.Agent) {
		return true
	}
	who, err := c.visitor(k)
	return err == nil && who.Buyer.ID == buyer
}
